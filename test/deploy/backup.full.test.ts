// The backups that docs/operations.md tells of: what they bring back is what was acknowledged.

import { execFile } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { textOf } from "./files.ts";

const run = promisify(execFile);
const thing = "/api/2/things/org.factory:press-1";
let postgres: TestPostgres;
let folder: string;

beforeAll(async () => {
  postgres = await startPostgres();
  folder = await mkdtemp(join(tmpdir(), "pollux-backup-"));
});
afterAll(async () => {
  await postgres[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** The command of the page that begins so. */
function fromPage(begin: string): string {
  const lines = textOf("docs/operations.md").split("\n");
  const line = lines.find((text) => text.trim().startsWith(begin));
  if (line === undefined) throw new Error(`docs/operations.md has no command ${begin}`);
  return line.trim();
}

async function write(server: TestServer, temperature: number): Promise<void> {
  const { ok, status } = await server.fetch(thing, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: `{"attributes": {"temperature": ${temperature}, "ключ": 9007199254740993}}`,
  });
  expect(ok, String(status)).toBe(true);
}

async function expectAll(server: TestServer, temperature: number): Promise<void> {
  const read = await server.fetch(`${thing}/attributes`);
  const past = await server.fetch(`${thing}/attributes/temperature`, {
    headers: { "at-historical-revision": "1" },
  });
  const found = async () => (await server.fetch("/api/2/search/things/count")).text();

  expect(await read.text()).toBe(`{"temperature":${temperature},"ключ":9007199254740993}`);
  expect(await past.json()).toBe(1);
  await expect.poll(found, { timeout: 20_000 }).toBe("1");
}

test("pg_dump beside a server that goes on, and pg_restore into an empty database", {
  timeout: 120_000,
}, async () => {
  const [from, to] = [await postgres.createDatabase("backed_up"), await postgres.createDatabase("restored")];
  const where = { cwd: folder, env: { ...process.env, DATABASE_URL: from, NEW_DATABASE_URL: to } };
  await using server = await startServer({ databaseUrl: from });
  await write(server, 1);
  await write(server, 2);

  await run("sh", ["-c", fromPage("pg_dump")], where);
  await write(server, 3);
  await run("sh", ["-c", fromPage("pg_restore")], where);

  await using restored = await startServer({ databaseUrl: to });
  await expectAll(restored, 2);
  await write(restored, 4);
  await expectAll(server, 3);
});

test("a copy of the folder of a server that was stopped", { timeout: 120_000 }, async () => {
  const copy = join(folder, "copy");
  {
    await using server = await startServer();
    await write(server, 1);
    await write(server, 2);
    expect(await server.stop()).toBe(0);
    await cp(server.dataDir, copy, { recursive: true });
  }

  await using restored = await startServer({ dataDir: copy });
  await expectAll(restored, 2);
});
