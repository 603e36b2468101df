// `/api/2/predictors/{id}/models`: files come and go as streams, whole or not at all.

import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { expect, test, vi } from "vitest";
import { modelInUse } from "../../../src/predictions/errors.ts";
import type { ModelFile, PredictorsApi } from "../../../src/predictions/predictors-api.ts";
import { asOperator, predictorsWorld, refusalOf } from "./world.ts";

const content = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7) & 255));
const checksum = createHash("sha256").update(content).digest("hex");
const base64 = Buffer.from(checksum, "hex").toString("base64");
const file: ModelFile = { version: "v1", bytes: content.length, checksum, created: 0 };
const printed = { version: "v1", bytes: content.length, checksum, created: "1970-01-01T00:00:00.000Z" };

/** Takes files as the predictors do, as far as the door sees it. */
const taking = (isNew = true) => {
  const taken: { bytes: Buffer; checksum: string | undefined }[] = [];
  const putFile: PredictorsApi["putFile"] = async (_asked, _version, chunks, given) => {
    const parts: Uint8Array[] = [];
    for await (const chunk of chunks) parts.push(chunk);
    taken.push({ bytes: Buffer.concat(parts), checksum: given });
    return { file, isNew };
  };
  return { taken, putFile };
};

const put = (headers: Record<string, string> = {}, body: Buffer = content) => ({
  body: body as unknown as Uint8Array<ArrayBuffer>,
  headers: { ...asOperator, "content-type": "application/octet-stream", ...headers },
});

test("the files of a predictor are listed", async () => {
  await using world = await predictorsWorld({ predictors: { files: async () => [file] } });

  expect(await (await world.fetch("GET /p/models")).json()).toEqual([printed]);
});

test("a new file is told with where it is, one that is replaced is not", async () => {
  const { taken, putFile } = taking();
  await using world = await predictorsWorld({ predictors: { putFile } });
  const created = await world.fetch("PUT /p/models/v1", put());

  expect([created.status, await created.json()]).toEqual([201, printed]);
  expect(created.headers.get("location")).toBe(`http://${world.address}/api/2/predictors/p/models/v1`);
  expect(created.headers.get("etag")).toBe(`"${checksum}"`);
  expect(taken[0]?.bytes.equals(content)).toBe(true);
  expect(taken[0]?.checksum).toBeUndefined();

  await using again = await predictorsWorld({ predictors: { putFile: taking(false).putFile } });
  const replaced = await again.fetch("PUT /p/models/v1", put());
  expect([replaced.status, replaced.headers.get("etag")]).toEqual([204, `"${checksum}"`]);
});

test.each([
  ["Content-Digest", { "content-digest": `sha-512=:abc=:, sha-256=:${base64}:` }, ""],
  ["Repr-Digest", { "repr-digest": `sha-256=:${base64}:` }, ""],
  ["Digest", { digest: `md5=abc,SHA-256=${base64}` }, ""],
  ["the query", {}, `?checksum=${checksum.toUpperCase()}`],
  ["the query, with the name of it", {}, `?checksum=sha256:${checksum}`],
  ["several that agree", { "content-digest": `sha-256=:${base64}:` }, `?checksum=${checksum}`],
])("the checksum is read of %s", async (_, headers, query) => {
  const { taken, putFile } = taking();
  await using world = await predictorsWorld({ predictors: { putFile } });

  expect((await world.fetch(`PUT /p/models/v1${query}`, put(headers as Record<string, string>))).status).toBe(
    201,
  );
  expect(taken[0]?.checksum).toBe(checksum);
});

test.each([
  [{ "content-digest": "sha-256=:abc=:" }, "", "400 header.invalid"],
  [{ "content-digest": `sha-256=${base64}` }, "", "400 header.invalid"],
  [{ digest: "sha-256=" }, "", "400 header.invalid"],
  [{}, "?checksum=12ab", "400 gateway:query.parameter.invalid"],
  [{ "content-digest": `sha-256=:${base64}:` }, `?checksum=${"0".repeat(64)}`, "400 header.invalid"],
])("checksums that are none, or not one, are refused: %j%s", async (headers, query, refusal) => {
  const { taken, putFile } = taking();
  await using world = await predictorsWorld({ predictors: { putFile } });

  const answer = await world.fetch(`PUT /p/models/v1${query}`, put(headers as Record<string, string>));

  expect(await refusalOf(answer)).toBe(refusal);
  expect(taken).toEqual([]);
});

test("digests of other kinds are not looked at", async () => {
  const { taken, putFile } = taking();
  await using world = await predictorsWorld({ predictors: { putFile } });

  expect((await world.fetch("PUT /p/models/v1", put({ "content-digest": "sha-512=:abc=:" }))).status).toBe(
    201,
  );
  expect(taken[0]?.checksum).toBeUndefined();
});

test("what is announced to be too large is refused without being read, what turns out to be while it is", async () => {
  let seen = 0;
  const { putFile } = taking();
  const predictors: Partial<PredictorsApi> = {
    putFile: (asked, version, chunks, given) =>
      putFile(
        asked,
        version,
        counted(chunks, (bytes) => (seen += bytes)),
        given,
      ),
  };
  await using world = await predictorsWorld({ predictors, parts: { maxModelBytes: 100_000 } });

  expect(await refusalOf(await world.fetch("PUT /p/models/v1", put()))).toBe("413 predictors:model.toolarge");
  expect(seen).toBe(0);

  const body = new ReadableStream({
    start(controller) {
      for (let at = 0; at < content.length; at += 30_000)
        controller.enqueue(content.subarray(at, at + 30_000));
      controller.close();
    },
  });
  const { headers } = put();
  const answer = await world.fetch("PUT /p/models/v1", { body, headers, duplex: "half" });
  expect(await refusalOf(answer)).toBe("413 predictors:model.toolarge");
  expect(seen).toBeLessThanOrEqual(100_000);
});

async function* counted(chunks: AsyncIterable<Uint8Array>, count: (bytes: number) => void) {
  for await (const chunk of chunks) {
    count(chunk.length);
    yield chunk;
  }
}

test("who is refused before his file is read hears of it, and the connection serves the next request", async () => {
  await using world = await predictorsWorld({
    predictors: { putFile: () => Promise.reject(modelInUse("v1")), files: async () => [] },
  });

  expect(await refusalOf(await world.fetch("PUT /p/models/v1", put()))).toBe("409 predictors:model.inuse");
  expect((await world.fetch("GET /p/models")).status).toBe(200);
});

test.each(["application/json", "application/x-www-form-urlencoded"])(
  "a file is not of the type %s",
  async (type) => {
    await using world = await predictorsWorld();

    expect(await refusalOf(await world.fetch("PUT /p/models/v1", put({ "content-type": type })))).toBe(
      "415 mediatype.unsupported",
    );
  },
);

test("an upload that breaks off fails for the predictors, too, and is nobody's fault", async () => {
  const failures: unknown[] = [];
  const { taken, putFile } = taking();
  const predictors: Partial<PredictorsApi> = {
    putFile: (...given) =>
      putFile(...given).catch((error: unknown) => {
        failures.push(error);
        throw error;
      }),
  };
  await using world = await predictorsWorld({ predictors });
  const [host, port] = world.address.split(":");
  const socket = connect(Number(port), host);
  socket.write(
    `PUT /api/2/predictors/p/models/v1 HTTP/1.1\r\nhost: ${world.address}\r\nauthorization: ${asOperator.authorization}\r\n` +
      "content-type: application/octet-stream\r\ncontent-length: 1000\r\n\r\nthe beginning",
  );
  await vi.waitFor(() => expect(world.calls).toHaveLength(1));

  socket.destroy();

  await vi.waitFor(() => expect(failures).toHaveLength(1));
  expect(taken).toEqual([]);
  expect(world.faults).toEqual([]);
});

/** A file that is made while it is read. */
function made(chunks: number, chunk: Buffer, failAt = Number.POSITIVE_INFINITY) {
  const state = { made: 0, isEnded: false };
  async function* parts() {
    try {
      for (; state.made < chunks; state.made++) {
        if (state.made === failAt) throw new Error("the disk is gone");
        yield chunk;
      }
    } finally {
      state.isEnded = true;
    }
  }
  return { state, parts };
}

test("a file comes as it is, with its length, digest and entity tag", async () => {
  const halves = [content.subarray(0, 100_000), content.subarray(100_000)];
  const parts = async function* () {
    yield* halves;
  };
  await using world = await predictorsWorld({
    predictors: { getFile: async () => ({ file, content: parts() }) },
  });

  const answer = await world.fetch("GET /p/models/v1");

  expect(Buffer.from(await answer.arrayBuffer()).equals(content)).toBe(true);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    "content-type": "application/octet-stream",
    "content-length": String(content.length),
    "content-digest": `sha-256=:${base64}:`,
    etag: `"${checksum}"`,
  });
});

test("a file that the caller has is not sent again", async () => {
  const { state, parts } = made(10, content);
  await using world = await predictorsWorld({
    predictors: { getFile: async () => ({ file, content: parts() }) },
  });

  const answer = await world.fetch("GET /p/models/v1", {
    headers: { ...asOperator, "if-none-match": `"other", W/"${checksum}"` },
  });

  expect([answer.status, await answer.text(), state.made]).toEqual([304, "", 0]);
});

test("a file is read no faster than it is taken, and no further once its reader is gone", async () => {
  const chunk = Buffer.alloc(262_144, 1);
  const { state, parts } = made(400, chunk);
  const bytes = 400 * chunk.length;
  await using world = await predictorsWorld({
    predictors: { getFile: async () => ({ file: { ...file, bytes }, content: parts() }) },
  });
  const [host, port] = world.address.split(":");
  const socket = connect(Number(port), host);
  socket.write(
    `GET /api/2/predictors/p/models/v1 HTTP/1.1\r\nhost: ${world.address}\r\nauthorization: ${asOperator.authorization}\r\n\r\n`,
  );
  await once(socket, "readable");
  await vi.waitFor(async () => {
    const before = state.made;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(state.made).toBe(before);
  });
  expect(state.made).toBeLessThan(200);

  socket.destroy();

  await vi.waitFor(() => expect(state.isEnded).toBe(true));
  expect(world.faults).toEqual([]);
});

test("a file that fails on its way breaks off, so that nobody takes a part for the whole", async () => {
  const { parts } = made(4, content.subarray(0, 75_000), 2);
  await using world = await predictorsWorld({
    predictors: { getFile: async () => ({ file, content: parts() }) },
  });

  const answer = await world.fetch("GET /p/models/v1");

  await expect(answer.arrayBuffer()).rejects.toThrow();
  await vi.waitFor(() => expect(world.faults).toHaveLength(1));
});

test("a file that cannot be read at all is refused", async () => {
  const { parts } = made(4, content, 0);
  await using world = await predictorsWorld({
    predictors: { getFile: async () => ({ file, content: parts() }) },
  });

  expect((await world.fetch("GET /p/models/v1")).status).toBe(500);
});

test("a file is deleted", async () => {
  await using world = await predictorsWorld({ predictors: { deleteFile: async () => undefined } });

  expect((await world.fetch("DELETE /p/models/v1")).status).toBe(204);
  expect(world.calls[0]?.given).toMatchObject([{ id: "p" }, "v1"]);
});
