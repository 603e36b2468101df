// What leaves the server as a file: an export holds secrets as they are stored, so encrypted where the operator wants that.

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { serverFlags } from "../../scripts/node.mjs";
import { startServer } from "../support/server.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const node = join(createRequire(import.meta.url).resolve("node/package.json"), "..", "bin", "node");
const operator = { authorization: `Basic ${btoa("devops:dev")}`, "content-type": "application/json" };
const connection = {
  name: "plant",
  connectionType: "mqtt",
  connectionStatus: "closed",
  uri: "tcp://user:hidden-password@broker.example:1883",
  sources: [{ addresses: ["a"], authorizationContext: ["nginx:ditto"], qos: 0 }],
};

test("an export holds the secrets of connections as they are stored, and is readable by its owner only", {
  timeout: 90_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), "pollux-export-"));
  const env = {
    DEVOPS_PASSWORD: "dev",
    CONNECTIVITY_CONNECTION_ENCRYPTION_ENABLED: "true",
    CONNECTIVITY_CONNECTION_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64url"),
  };
  const dataDir = join(folder, "data");
  await using server = await startServer({ dataDir, env });
  const body = JSON.stringify(connection);
  const made = await server.fetch("/api/2/connections/plant", { method: "PUT", body, headers: operator });
  expect(made.status).toBe(201);
  await server.stop();

  const file = join(folder, "all.ndjson");
  const options = { cwd: root, env: { PATH: process.env.PATH ?? "", DATA_DIR: dataDir, ...env } };
  await promisify(execFile)(node, [...serverFlags, join(root, "src/main.ts"), "export", file], options);

  const text = await readFile(file, "utf8");
  expect(text).toContain("broker.example");
  expect(text).not.toContain("hidden-password");
  expect(text).not.toContain(env.CONNECTIVITY_CONNECTION_ENCRYPTION_KEY);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await rm(folder, { recursive: true });
});
