// The commands as an operator gives them, and servers before and after.

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serverFlags } from "../../scripts/node.mjs";
import type { StorageOptions } from "../../src/journal/open.ts";
import { runStorageCommand } from "../../src/transfer/commands.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { exported, fill, withDatabase } from "./places.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const node = join(createRequire(import.meta.url).resolve("node/package.json"), "..", "bin", "node");
const operator = { authorization: `Basic ${Buffer.from("devops:ops").toString("base64")}` };
const env = { DEVOPS_PASSWORD: "ops" };
const model = await readFile(new URL("../fixtures/predictions/onnx/linear.onnx", import.meta.url));

let postgres: TestPostgres;
let folder: string;
beforeAll(async () => {
  postgres = await startPostgres();
  folder = await mkdtemp(join(tmpdir(), "pollux-transfer-"));
});
afterAll(async () => {
  await postgres?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const moving = (what: "export" | "import", file: string, options: Partial<StorageOptions>) =>
  runStorageCommand({ what, file }, { dataDir: "unused", ...options });

/** Starts `pollux` with arguments, as a process. */
function pollux(args: readonly string[], more: Record<string, string>): ChildProcessWithoutNullStreams {
  return spawn(node, [...serverFlags, join(root, "src/main.ts"), ...args], {
    cwd: root,
    env: { PATH: process.env.PATH ?? "", ...more },
  });
}

/** How a process ends: its code and standard error. */
async function endOf(child: ChildProcessWithoutNullStreams): Promise<readonly [number | null, string]> {
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const [code] = (await once(child, "close")) as [number | null];
  return [code, stderr];
}

const json = { "content-type": "application/json" };

async function make(server: TestServer): Promise<void> {
  const put = async (path: string, body: unknown, headers = {}) => {
    const answer = await server.fetch(path, {
      method: "PUT",
      body: JSON.stringify(body),
      headers: { ...json, ...headers },
    });
    expect(answer.ok, `${path}: ${await answer.clone().text()}`).toBe(true);
  };
  for (const n of [1, 2, 3]) {
    await put(`/api/2/things/org.moved:${n}`, {
      attributes: { n, text: "ä😀" },
      features: { f: { properties: { v: n } } },
    });
    for (let i = 0; i < 120; i++) await put(`/api/2/things/org.moved:${n}/features/f/properties/v`, i);
  }
  await server.fetch("/api/2/things/org.moved:3", { method: "DELETE" });
  await put("/api/2/policies/org.moved:policy", {
    entries: {
      all: {
        subjects: { "nginx:ditto": { type: "t" } },
        resources: { "policy:/": { grant: ["READ", "WRITE"], revoke: [] } },
      },
    },
  });
  await put(
    "/api/2/connections/moved",
    {
      ...{
        name: "moved",
        connectionType: "mqtt",
        connectionStatus: "closed",
        uri: "tcp://user:secret@127.0.0.1:1",
      },
      sources: [{ addresses: ["a"], authorizationContext: ["nginx:ditto"], qos: 0 }],
    },
    operator,
  );
  await put(
    "/api/2/predictors/moved",
    {
      ...{ authorizationContext: ["nginx:ditto"], status: "paused" },
      inputs: ["x", "y", "z"].map((name) => ({ name, path: `attributes/${name}` })),
      model: { type: "onnx", version: "v1" },
      output: { feature: "predicted", properties: { value: "variable" } },
    },
    operator,
  );
  const uploaded = await server.fetch("/api/2/predictors/moved/models/v1", {
    method: "PUT",
    body: model,
    headers: { ...operator, "content-type": "application/octet-stream" },
  });
  expect(uploaded.status).toBe(201);
}

/** All that a client can see of what {@link make} has made. */
async function seen(server: TestServer): Promise<unknown> {
  const fields = "fields=thingId,policyId,attributes,features,_revision,_created,_modified,_metadata,_policy";
  const paths: readonly (readonly [string, Record<string, string>?])[] = [
    ...[1, 2, 3].map((n) => [`/api/2/things/org.moved:${n}?${fields}`] as const),
    ...[1, 50, 101, 121].map(
      (revision) => ["/api/2/things/org.moved:1", { "at-historical-revision": String(revision) }] as const,
    ),
    ["/api/2/things?ids=org.moved:1,org.moved:2"],
    ["/api/2/policies/org.moved:policy?fields=policyId,entries,_revision,_created,_modified"],
    ["/api/2/policies/org.moved:1"],
    ["/api/2/connections/moved", operator],
    ["/api/2/predictors/moved", operator],
    ["/api/2/predictors/moved/models", operator],
  ];
  const answers: unknown[] = [];
  for (const [path, headers = {}] of paths) {
    const answer = await server.fetch(path, { headers });
    answers.push([path, answer.status, answer.headers.get("etag"), await answer.text()]);
  }
  const bytes = await server.fetch("/api/2/predictors/moved/models/v1", { headers: operator });
  return [...answers, Buffer.from(await bytes.arrayBuffer()).equals(model)];
}

async function found(
  server: TestServer,
  option = "",
): Promise<{ items: { thingId: string }[]; cursor?: string }> {
  const query = `/api/2/search/things?filter=like(attributes/text,"ä*")&option=size(1)${option}`;
  for (;;) {
    const answer = await server.fetch(query);
    const page = (await answer.json()) as { items: { thingId: string }[]; cursor?: string };
    if (page.items?.length === 1) return page;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe("a server on what was moved", () => {
  const made = { dataDir: "", before: undefined as unknown, cursor: "", file: "" };
  beforeAll(async () => {
    made.dataDir = join(folder, "source");
    made.file = join(folder, "backup.ndjson.gz");
    const server = await startServer({ dataDir: made.dataDir, env });
    await make(server);
    made.before = await seen(server);
    made.cursor = (await found(server)).cursor ?? "";
    const whileBusy = moving("export", made.file, { dataDir: made.dataDir });
    await expect(whileBusy).rejects.toThrow("stop it first");
    await server.stop();
    await server[Symbol.asyncDispose]();
    const told = await moving("export", made.file, { dataDir: made.dataDir });
    expect(told).toContain("journal/thing 364");
  }, 90_000);

  test("answers as before: embedded → file → PostgreSQL in parts", async () => {
    const databaseUrl = await postgres.createDatabase("moved");
    const target = { databaseUrl, databasePartitions: 4 };
    expect(await moving("import", made.file, target)).toContain("Imported and compared");

    await using server = await startServer({ databaseUrl, env: { ...env, DATABASE_PARTITIONS: "4" } });

    expect(await seen(server)).toEqual(made.before);
    expect((await found(server)).items).toEqual([expect.objectContaining({ thingId: "org.moved:1" })]);
    expect((await found(server, `,cursor(${made.cursor})`)).items[0]?.thingId).toBe("org.moved:2");
    const written = await server.fetch("/api/2/things/org.moved:3", {
      method: "PUT",
      body: '{"policyId":"org.moved:3"}',
      headers: json,
    });
    expect([written.status, written.headers.get("etag")]).toEqual([201, '"rev:123"']);
    await expect(moving("import", made.file, target)).rejects.toThrow("not empty");
  });

  test("answers as before: a backup of the embedded database, restored", async () => {
    const dataDir = join(folder, "restored");
    await moving("import", made.file, { dataDir });

    await using server = await startServer({ dataDir, env });

    expect(await seen(server)).toEqual(made.before);
  });

  test("is the same through the standard streams, and of a PostgreSQL that a server works on", async () => {
    const [first, second] = [await postgres.createDatabase("first"), await postgres.createDatabase("second")];
    await moving("import", made.file, { databaseUrl: first });
    await using server = await startServer({ databaseUrl: first, env });
    const out = pollux(["export", "-"], { DATABASE_URL: first });
    const into = pollux(["import", "-"], { DATABASE_URL: second });
    out.stdout.pipe(into.stdin);

    expect(await Promise.all([endOf(out), endOf(into)])).toEqual([
      [0, expect.stringContaining("Exported the rows")],
      [0, expect.stringContaining("Imported and compared")],
    ]);

    const [from, to] = await Promise.all(
      [first, second].map((databaseUrl) => exported({ databaseUrl, dataDir: "" })),
    );
    expect(to?.totals).toEqual(from?.totals);
    expect((await server.fetch("/api/2/things/org.moved:1")).status).toBe(200);
  });
});

describe("an export", () => {
  test("is readable by its owner only, and replaces no file", async () => {
    const databaseUrl = await postgres.createDatabase("owned");
    await withDatabase({ databaseUrl, dataDir: "" }, async () => undefined);
    const file = join(folder, "owned.ndjson");
    await writeFile(`${file}.part`, "left behind by a kill");

    expect(await moving("export", file, { databaseUrl })).toContain("without data");

    await expect(moving("export", file, { databaseUrl })).rejects.toThrow("replaces no file");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await readFile(file, "utf8")).split("\n")).toHaveLength(3);
    await expect(stat(`${file}.part`)).rejects.toThrow();
  });

  test("of nothing, or of another version's storage, is refused", async () => {
    const databaseUrl = await postgres.createDatabase("fresh");
    const file = join(folder, "refused");

    const nothing = moving("export", file, { dataDir: join(folder, "nothing") });
    await expect(nothing).rejects.toThrow("no embedded database");
    await expect(moving("export", file, { databaseUrl })).rejects.toThrow("not of the shape");
    const told = await endOf(pollux(["export", file], { DATABASE_URL: databaseUrl }));
    expect(told).toEqual([1, expect.stringMatching(/^pollux export failed: .*not of the shape/)]);
    for (const place of ["nothing", "refused", "refused.part"])
      await expect(stat(join(folder, place))).rejects.toThrow("ENOENT");
  });
});

test("an import that is killed goes on, and the whole is there", async () => {
  const source = { databaseUrl: await postgres.createDatabase("killed_source"), dataDir: "" };
  const target = { databaseUrl: await postgres.createDatabase("killed_target"), dataDir: "" };
  await fill(source, 20_000);
  const file = join(folder, "killed.ndjson");
  const { text, totals } = await exported(source);
  await writeFile(file, text);
  await withDatabase(target, async ({ query }) => {
    const child = pollux(["import", file], { DATABASE_URL: target.databaseUrl });
    const ended = endOf(child);
    for (let blocks = 0; blocks < 5 && child.exitCode === null; ) {
      const [row] = await query("select blocks from import_progress", []);
      blocks = Number(row?.blocks ?? 0);
    }
    child.kill("SIGKILL");
    await ended;
  });
  const refused = await endOf(pollux([], { DATABASE_URL: target.databaseUrl, HTTP_PORT: "0" }));
  expect(refused).toEqual([1, expect.stringContaining("is not finished")]);

  expect(await moving("import", file, target)).toMatch(/\d+ blocks were there from before/);

  expect((await exported(target)).totals).toEqual(totals);
}, 60_000);

test("a packed file that is cut off or damaged is refused, and a whole one goes on after it", async () => {
  const source = { databaseUrl: await postgres.createDatabase("packed"), dataDir: "" };
  const databaseUrl = await postgres.createDatabase("packed_target");
  await fill(source, 50);
  const file = join(folder, "packed.ndjson.gz");
  const packed = gzipSync((await exported(source)).text);
  const damaged = Buffer.from(packed);
  const middle = Math.floor(packed.length / 2);
  damaged.fill(0x55, middle, middle + 8);

  for (const bytes of [damaged, packed]) {
    await writeFile(file, bytes);
    if (bytes === packed) await truncate(file, packed.length - 100);
    await expect(moving("import", file, { databaseUrl })).rejects.toThrow(/damaged|not whole/);
  }
  await writeFile(file, packed);
  expect(await moving("import", file, { databaseUrl })).toContain("Imported and compared");
});

test("`pollux partition` divides the tables of a PostgreSQL, and makes them whole again", async () => {
  const options = { databaseUrl: await postgres.createDatabase("divided"), dataDir: "" };
  await fill(options, 50);
  const { totals } = await exported(options);
  const divide = (databasePartitions: number) =>
    runStorageCommand({ what: "partition" }, { ...options, databasePartitions });

  for (const [parts, told] of [
    [3, "in 3 parts now"],
    [3, "in 3 parts already"],
    [0, "whole now"],
  ] as const) {
    expect(await divide(parts)).toContain(told);
    expect((await exported(options)).totals).toEqual(totals);
  }
  await divide(3);
  await expect(runStorageCommand({ what: "partition" }, options)).rejects.toThrow("0 makes the tables whole");
  expect(await divide(3)).toContain("in 3 parts already");
  await expect(runStorageCommand({ what: "partition" }, { dataDir: folder })).rejects.toThrow("DATABASE_URL");
});
