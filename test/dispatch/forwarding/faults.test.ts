// Owners that change, stand still or are cut off while commands come: revisions without gaps, and answers only when committed.

import { setTimeout as later } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestPostgres } from "../../support/postgres.ts";
import { check, load } from "./load.ts";
import { type Members, type ServingMember, startDatabase, startMembers } from "./members.ts";

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startDatabase();
});
afterAll(() => postgres[Symbol.asyncDispose]());

const quick = { leaseMs: 900 };
const at = (all: Members, i: number) => all.members[i] as ServingMember;

test("a crashed owner's things are served by others once its lease is over; nothing acknowledged is lost", async () => {
  await using all = await startMembers(postgres, 3, quick);
  const [a, b] = [at(all, 0), at(all, 1)];
  const id = all.cluster.idOf(b.cluster);
  await a.put(id, "/", { attributes: {} });
  const writer = load(a, id, "a");
  await later(150);

  await b.halt();
  const before = writer.acknowledged.length;
  await expect.poll(() => writer.acknowledged.length, { timeout: 12_000 }).toBeGreaterThan(before + 8);
  await writer.end();

  await check(all, id, new Map([["a", writer]]));
  expect(writer.refused.every((refusal) => refusal.startsWith("503"))).toBe(true);
  const read = await a.get(id);
  expect(read).toMatchObject({ status: 200 });
});

test("an owner that is cut off acknowledges nothing any more, and serves again when it is back", async () => {
  await using all = await startMembers(postgres, 3, quick);
  const [a, b] = [at(all, 0), at(all, 1)];
  const id = all.cluster.idOf(b.cluster);
  await a.put(id, "/", { attributes: {} });
  const [near, far] = [load(b, id, "b"), load(a, id, "a")];
  await later(100);

  b.way.hold();
  await expect.poll(() => b.cluster.leaseHolds(), { timeout: 5_000 }).toBe(false);
  const acknowledged = near.acknowledged.length;
  const others = far.acknowledged.length;
  await expect.poll(() => far.acknowledged.length, { timeout: 12_000 }).toBeGreaterThan(others + 8);
  expect(near.acknowledged.length).toBe(acknowledged);

  b.way.heal();
  await expect.poll(() => near.acknowledged.length, { timeout: 12_000 }).toBeGreaterThan(acknowledged + 8);
  await Promise.all([near.end(), far.end()]);
  await check(
    all,
    id,
    new Map([
      ["a", far],
      ["b", near],
    ]),
  );
});

test("what an owner wrote without knowing that it owns no more fails nobody: others decide anew", async () => {
  await using all = await startMembers(postgres, 2, quick);
  const [a, b] = [at(all, 0), at(all, 1)];
  const id = all.cluster.idOf(b.cluster);
  await a.put(id, "/", { attributes: { n: 0 } });
  const { promise, resolve } = Promise.withResolvers<unknown>();
  a.journal.append(
    [
      {
        kind: "thing",
        id,
        revision: 2,
        timestamp: Date.now(),
        action: "modified",
        path: "/attributes/n",
        value: "1",
        headers: null,
        metadata: null,
      },
    ],
    resolve,
  );
  expect(await promise).toBeUndefined();

  const replies = await Promise.all([2, 3, 4].map((n) => a.put(id, "/attributes/n", n)));

  expect(replies.map((reply) => typeof reply === "object" && reply.revision)).toEqual([3, 4, 5]);
  expect(await b.get(id, "/attributes/n")).toMatchObject({ value: 4 });
});

test("a member without a lease answers by nothing that it was told before", async () => {
  await using all = await startMembers(postgres, 2, quick);
  const [a, b] = [at(all, 0), at(all, 1)];
  const policyId = all.cluster.idOf(b.cluster);
  const id = all.cluster.idOf(a.cluster);
  await a.put(id, "/", { _policy: { policyId, entries: policyEntries("nginx:guest") } });
  expect(await a.get(id, "/", guest)).toMatchObject({ status: 200 });

  a.way.hold();
  const revoked = await b.put(policyId, "/entries", policyEntries("nginx:nobody"), { kind: "policy" });
  expect(revoked).toMatchObject({ status: 204 });
  expect(a.cluster.leaseHolds()).toBe(false);
  expect(a.parts.policies.peek(policyId)).toBeUndefined();

  a.way.heal();
  await all.cluster.settled([a, b]);
  expect(await a.get(id, "/", guest)).toBe("404 things:thing.notfound");
  expect(await b.get(id, "/", guest)).toBe("404 things:thing.notfound");
});

test("where nobody can serve, a command is refused when its time is over", async () => {
  await using all = await startMembers(postgres, 1, { ...quick, timeMs: 1_000 });
  const [a] = [at(all, 0)];
  const id = "org.acme:nobody";
  await a.put(id, "/", {});

  a.way.hold();
  await expect.poll(() => a.cluster.leaseHolds(), { timeout: 5_000 }).toBe(false);
  const started = performance.now();
  const [read, written] = await Promise.all([a.get(id), a.put(id, "/attributes", {})]);

  expect([read, written]).toEqual(["503 things:thing.unavailable", "503 things:thing.unavailable"]);
  expect(performance.now() - started).toBeLessThan(3_000);
});

const guest = { auth: { subjects: ["nginx:guest"] } };

const policyEntries = (subject: string) => ({
  owner: {
    subjects: { "nginx:ditto": { type: "t" } },
    resources: {
      "policy:/": { grant: ["READ", "WRITE"], revoke: [] },
      "thing:/": { grant: ["READ", "WRITE"], revoke: [] },
    },
  },
  other: {
    subjects: { [subject]: { type: "t" } },
    resources: { "thing:/": { grant: ["READ"], revoke: [] } },
  },
});
