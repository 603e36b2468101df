// Files of models in a real server: they come back as they went in, also after a kill, and are used as what they are.

import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startServer, type TestServer } from "../../support/server.ts";

const authorization = `Basic ${Buffer.from("devops:ops").toString("base64")}`;
const env = { DEVOPS_PASSWORD: "ops", PREDICTIONS_MODEL_MAX_SIZE: "2M", PREDICTIONS_MODEL_VERSIONS: "3" };
const base = "/api/2/predictors/files";
const model = await readFile(new URL("../../fixtures/predictions/onnx/linear.onnx", import.meta.url));
const other = await readFile(new URL("../../fixtures/predictions/onnx/double.onnx", import.meta.url));
const ofSixteenColumns = await readFile(
  new URL("../../fixtures/predictions/onnx/perceptron.onnx", import.meta.url),
);
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

let dataDir: string;
let server: TestServer;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "pollux-model-files-"));
  server = await startServer({ env, dataDir, readyWithinMs: 60_000 });
  const created = await ask("PUT ", JSON.stringify(predictor("v1")), { "content-type": "application/json" });
  expect(await created.text(), "the predictor").toContain("v1");
}, 90_000);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true, force: true });
});

const predictor = (version: string) => ({
  ...{ authorizationContext: ["nginx:ditto"], status: "paused" },
  inputs: ["x", "y", "z"].map((name) => ({ name, path: `attributes/${name}` })),
  model: { type: "onnx", version },
  output: { feature: "predicted", properties: { value: "variable" } },
});

const ask = (line: string, body?: string | Uint8Array, headers: Record<string, string> = {}) => {
  const [method = "", path = ""] = line.split(" ");
  const init = {
    method,
    headers: { authorization, ...headers },
    ...(body !== undefined && { body: body as string }),
  };
  return server.fetch(`${base}${path}`, init);
};
const upload = (version: string, bytes: Uint8Array, query = "", headers: Record<string, string> = {}) =>
  ask(`PUT /models/${version}${query}`, bytes, { "content-type": "application/octet-stream", ...headers });
const codeOf = async (answer: Response) =>
  `${answer.status} ${((await answer.json()) as { error: string }).error}`;
const versions = async () =>
  ((await (await ask("GET /models")).json()) as { version: string; checksum: string }[]).map(
    ({ version, checksum }) => [version, checksum],
  );

test("a file is there as it was sent, if it is what its sender says", async () => {
  expect(await codeOf(await upload("v1", model, `?checksum=${sha256(other)}`))).toBe(
    "400 predictors:model.checksum",
  );
  expect(await versions()).toEqual([]);

  const digest = Buffer.from(sha256(model), "hex").toString("base64");
  const created = await upload("v1", model, "", { "content-digest": `sha-256=:${digest}:` });

  expect(created.status).toBe(201);
  expect(await created.json()).toMatchObject({ version: "v1", bytes: model.length, checksum: sha256(model) });
  const back = await ask("GET /models/v1");
  expect(Buffer.from(await back.arrayBuffer()).equals(model)).toBe(true);
  expect(back.headers.get("etag")).toBe(`"${sha256(model)}"`);
});

test("what is no model, too large, one too many, or in use is refused", async () => {
  expect(await codeOf(await upload("v2", Buffer.from("no model")))).toBe("400 predictors:model.invalid");
  expect(await codeOf(await upload("v2", Buffer.alloc(2_097_153)))).toBe("413 predictors:model.toolarge");
  expect(await codeOf(await upload("v1", other))).toBe("409 predictors:model.inuse");
  expect(await codeOf(await ask("DELETE /models/v1"))).toBe("409 predictors:model.inuse");
  expect((await upload("v2", other)).status).toBe(201);
  expect((await upload("v3", other)).status).toBe(201);
  expect(await codeOf(await upload("v4", other))).toBe("409 predictors:model.toomany");
  expect(await codeOf(await ask("GET /models/v4"))).toBe("404 predictors:model.notfound");
  expect((await ask("DELETE /models/v3")).status).toBe(204);
});

test("a version is activated, and the one before comes back", async () => {
  const now = async () => {
    const read = (await (await ask("GET ?fields=model/version")).json()) as { model: { version: string } };
    return read.model.version;
  };

  expect((await ask("POST /models/v2/activate")).status).toBe(204);
  expect(await now()).toBe("v2");
  expect((await ask("POST /rollback")).status).toBe(204);
  expect(await now()).toBe("v1");
  expect(await codeOf(await ask("POST /models/v9/activate"))).toBe("404 predictors:model.notfound");
  expect((await upload("v3", ofSixteenColumns)).status).toBe(201);
  expect(await codeOf(await ask("POST /models/v3/activate"))).toBe("400 predictors:model.invalid");
});

test("an upload that breaks off leaves nothing, and one that replaces another leaves that until it is whole", async () => {
  const { hostname, port } = new URL(server.url);
  const breakOff = async (version: string) => {
    const socket = connect(Number(port), hostname);
    socket.write(
      `PUT ${base}/models/${version} HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: ${authorization}\r\n` +
        `content-type: application/octet-stream\r\ncontent-length: ${model.length}\r\n\r\n`,
    );
    socket.write(model.subarray(0, model.length - 1));
    await new Promise((resolve) => setTimeout(resolve, 200));
    socket.destroy();
  };
  const before = await versions();

  await breakOff("v7");
  await breakOff("v2");

  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await versions()).toEqual(before);
  expect(Buffer.from(await (await ask("GET /models/v2")).arrayBuffer()).equals(other)).toBe(true);
});

/** Begins an upload of which a byte comes now and then; tells what was answered. */
function drip(version: string) {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  let answer = "";
  socket.setEncoding("utf8").on("data", (text: string) => {
    answer += text;
  });
  socket.on("error", () => undefined);
  socket.write(
    `PUT ${base}/models/${version} HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: ${authorization}\r\n` +
      `content-type: application/octet-stream\r\ncontent-length: ${model.length}\r\n\r\n`,
  );
  const drops = setInterval(() => socket.write("x"), 100);
  socket.on("close", () => clearInterval(drops));
  return { answer: () => answer, end: () => socket.destroy() };
}

test("slow senders keep nobody from uploading until they are too many, and a stopping server does not wait for them", async () => {
  const dripping = ["v3", "v3", "v3"].map(drip);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect((await upload("v2", other, "", { "if-match": '"another"' })).status).toBe(412);
  expect((await upload("v2", other, "", { "if-match": `"${sha256(other)}"` })).status).toBe(204);
  dripping.push(drip("v3"));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await codeOf(await upload("v2", other))).toBe("503 predictors:model.unavailable");

  const began = Date.now();
  expect(await server.stop()).toBe(0);
  expect(Date.now() - began).toBeLessThan(15_000);
  for (const { answer, end } of dripping) {
    expect(answer()).toContain("predictors:predictor.unavailable");
    end();
  }
  server = await startServer({ env, dataDir, readyWithinMs: 60_000 });
}, 90_000);

test("files are there after a kill, and gone with their predictor", async () => {
  const before = await versions();
  await server.kill();
  server = await startServer({ env, dataDir, readyWithinMs: 60_000 });

  expect(await versions()).toEqual(before);
  expect(Buffer.from(await (await ask("GET /models/v1")).arrayBuffer()).equals(model)).toBe(true);

  expect((await ask("DELETE ")).status).toBe(204);
  await ask("PUT ", JSON.stringify(predictor("v1")), { "content-type": "application/json" });
  await vi.waitFor(async () => expect(await versions()).toEqual([]));
}, 90_000);
