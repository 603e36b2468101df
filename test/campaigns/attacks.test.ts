// Each attack in a short form: the server stays up, refuses as the catalogue says, and its memory is bounded. How long others
// wait is measured by `npm run attacks`.

import assert from "node:assert/strict";
import { afterAll, beforeAll, test } from "vitest";
import { residentMb } from "../../bench/resident.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { attacks } from "./attacks/all.ts";
import { makeAttack } from "./attacks/make.ts";

const SIZE = 0.01;
const SECONDS = 1;
/** Young garbage and what the allocator keeps, whatever the attack. */
const GARBAGE_MB = 400;

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ readyWithinMs: 100_000 });
}, 120_000);
afterAll(() => server[Symbol.asyncDispose]());

test.each(attacks)("$name is stood", async (attack) => {
  const job = { url: server.url, size: SIZE };
  await makeAttack(attack, { ...job, seconds: 0 });
  const before = residentMb(server.pid);

  const { wrong } = await makeAttack(attack, { ...job, seconds: SECONDS });

  assert.deepEqual(wrong, []);
  assert.equal((await server.fetch("/api/2/whoami")).status, 200);
  assert.ok(residentMb(server.pid) < before + attack.holdsMb * SIZE + GARBAGE_MB);
});
