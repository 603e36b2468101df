// The journal holds everything: a server that starts again answers as the one before it, now and about the past.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { WireRequest } from "../replay/recording.ts";
import { send } from "../replay/send.ts";
import type { TestServer } from "../support/server.ts";
import { requests } from "./requests.ts";
import { startTarget } from "./target.ts";

const headers = { "x-ditto-pre-authenticated": "nginx:ditto" };
const names = ["a", "b", "c", "d", "policy", ...Array.from({ length: 51 }, (_, n) => String(n))];
const everything =
  "fields=thingId,policyId,definition,attributes,features,_revision,_created,_modified,_metadata,_policy";
const paths = names.flatMap((name) => [
  `/api/2/things/org.fuzz:${name}?${everything}`,
  `/api/2/things/org.fuzz:${name}`,
  `/api/2/things/org.fuzz:${name}?at-historical-revision=1`,
  `/api/2/things/org.fuzz:${name}?at-historical-revision=3`,
  `/api/2/policies/org.fuzz:${name}?fields=policyId,entries,imports,_revision,_created,_modified`,
]);

/** Commands that are not refused for what they are; of anything else the other tests tell. */
const commands = requests
  .filter(({ method }) => ["PUT", "PATCH", "DELETE", "POST"].includes(method))
  .filter(
    ({ path }) => path.startsWith("/api/2/things/org.fuzz") || path.startsWith("/api/2/policies/org.fuzz"),
  )
  .filter(({ path, method }) => method !== "DELETE" || !path.includes("org.fuzz:policy"));

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "pollux-restart-"));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

test("what random commands left is the same after a restart", async () => {
  const rounds = fc.sample(fc.array(commands, { minLength: 300, maxLength: 400 }), 2);
  for (const round of rounds) {
    await using first = await startTarget(dataDir);
    await play(first, round);
    const before = await state(first);
    await first.stop();

    await using second = await startTarget(dataDir);
    expect(await state(second)).toEqual(before);
    expect(before.filter((line) => line.includes(" → 200 ")).length).toBeGreaterThan(5);
  }
}, 60_000);

test("what random commands left is the same after the death of the process", async () => {
  const [round = []] = fc.sample(fc.array(commands, { minLength: 300, maxLength: 400 }), 1);
  await using first = await startTarget(dataDir);
  await play(first, round);
  const before = await state(first);
  await first.kill();

  await using second = await startTarget(dataDir);
  expect(await state(second)).toEqual(before);
}, 60_000);

async function play(server: TestServer, round: readonly WireRequest[]): Promise<void> {
  for (const request of round) await send(server.url, request);
}

/** Everything there is to read, with its entity tags. */
async function state(server: TestServer): Promise<string[]> {
  const lines: string[] = [];
  for (const path of paths) {
    const { status, headers: told, body } = await send(server.url, { method: "GET", path, headers });
    const tag = told.find(([name]) => name.toLowerCase() === "etag")?.[1];
    lines.push(
      `${path} → ${status} ${tag} ${status === 200 ? body : (JSON.parse(body) as { error: string }).error}`,
    );
  }
  return lines;
}
