// What members know of one another's policies, and what they may acknowledge, while members come and go.

import { setTimeout as later } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Entities } from "../../../src/dispatch/entities.ts";
import { Custody } from "../../../src/dispatch/forwarding/custody.ts";
import { policyRules } from "../../../src/dispatch/policy-rules.ts";
import { thingRules } from "../../../src/dispatch/thing-rules.ts";
import { Turns } from "../../../src/dispatch/turns.ts";
import { type Journal, JournalUnavailable } from "../../../src/journal/journal.ts";
import { testCluster } from "../../support/cluster.ts";
import { HeldJournal } from "../../support/journal.ts";
import type { TestPostgres } from "../../support/postgres.ts";
import { type ServingMember, startDatabase, startMembers } from "./members.ts";

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startDatabase();
});
afterAll(() => postgres[Symbol.asyncDispose]());

const all = ["READ", "WRITE"];
const policyOf = (policyId: string, granted: readonly string[]) => ({
  policyId,
  entries: {
    owner: {
      subjects: { "nginx:ditto": { type: "t" } },
      resources: { "policy:/": { grant: all, revoke: [] }, "thing:/": { grant: all, revoke: [] } },
    },
    other: {
      subjects: { "nginx:guest": { type: "t" } },
      resources: { "thing:/": { grant: [...granted], revoke: [] } },
    },
  },
});
const guest = { auth: { subjects: ["nginx:guest"] } };

test("a right that is revoked while a member joins, of which the owner does not know yet, is revoked there too", async () => {
  await using members = await startMembers(postgres, 2);
  const [a] = members.members as [ServingMember];
  const ids = Array.from({ length: 200 }, (_, i) => `org.acme:p${i}`).filter((id) => a.cluster.owns(id));
  const written = ids.slice(0, 20);
  for (const id of written) await a.put(id, "/", policyOf(id, ["READ"]), { kind: "policy" });

  a.way.delay(60); // the joiner sees the view first
  await later(300);
  const joining = members.join();
  await expect.poll(() => members.members.length, { interval: 1 }).toBe(3);
  const c = members.members[2] as ServingMember;
  while (!c.cluster.members.some(({ id }) => id === c.id))
    await new Promise((resolve) => setImmediate(resolve));
  expect(a.cluster.members.some(({ id }) => id === c.id)).toBe(false);
  const policyId = written.find((id) => c.cluster.ownerOf(id) === a.id)!;
  expect((await c.parts.policies.load(policyId)).committed?.revision).toBe(1);
  expect(await a.put(policyId, "/", policyOf(policyId, []), { kind: "policy" })).toMatchObject({
    status: 204,
  });
  await joining;
  a.way.heal();

  expect((await c.parts.policies.load(policyId)).committed?.revision).toBe(2);
  const id = members.cluster.idOf(c.cluster, "org.acme:thing");
  expect(await c.put(id, "/", { policyId })).toMatchObject({ status: 201 });
  expect(await c.get(id, "/", guest)).toBe("404 things:thing.notfound");
});

test("what is committed after its owner was put out is not acknowledged by a lease that has no seat yet", async () => {
  await using members = await startMembers(postgres, 2, { leaseMs: 900 });
  const [a, b] = members.members as [ServingMember, ServingMember];
  const id = members.cluster.idOf(a.cluster);
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  await a.put(id, "/", { attributes: { n: 1 }, _policy: policyOf(id, []) });
  Object.assign(a.parts, { journal: appendingAfter(gate, a.journal) });

  const writing = a.put(id, "/attributes/n", 2);
  await later(50);
  a.way.cut();
  await expect.poll(() => b.cluster.mayServe(id), { timeout: 10_000, interval: 5 }).toBe(true);
  expect(await b.get(id, "/attributes/n")).toMatchObject({ value: 1 });
  a.way.heal();
  a.way.delay(20);
  while (!a.cluster.leaseHolds()) await new Promise((resolve) => setImmediate(resolve));
  open();

  expect(await writing).toBe("503 things:thing.unavailable");
  a.way.heal();
  await members.cluster.settled([a, b]);
});

test("a writer is not kept for longer than a command may take until all know; they are told on", async () => {
  await using cluster = await testCluster(2, { leaseMs: 3_000 });
  const journal = new HeldJournal({ flowing: true });
  const told: string[] = [];
  const [custody] = cluster.clusters.map((one) => {
    const made = new Custody(one, {
      tellingMs: 300,
      onPolicy: (id, revision) => told.push(`${id} ${revision}`),
    });
    const things = new Entities(thingRules(100_000, false), journal, 1e6, { tenure: made.things });
    const policies = new Entities(
      policyRules(100_000, () => undefined),
      journal,
      1e6,
      { tenure: made.policies },
    );
    made.keep({ things, policies }, new Turns(), () => Promise.resolve());
    return made;
  });
  const id = cluster.idOf(cluster.clusters[0]!, "org.acme:p");
  const value = policyOf(id, []);
  const state = (revision: number) => ({ value, revision, created: 1, modified: 1 });

  await custody!.spread("policy", id, value, state(2));
  cluster.members[0]!.way.cut();
  await later(50);
  const startedAt = performance.now();
  await expect(custody!.spread("policy", id, value, state(3))).rejects.toThrow(JournalUnavailable);
  expect(performance.now() - startedAt).toBeGreaterThan(250);
  expect(performance.now() - startedAt).toBeLessThan(3_000);
  cluster.members[0]!.way.heal();

  await expect.poll(() => told, { timeout: 8_000 }).toEqual([`${id} 2`, `${id} 3`]);
});

/** A journal whose appends wait. */
function appendingAfter(gate: Promise<void>, journal: Journal): Journal {
  return new Proxy(journal, {
    get: (target, name) => {
      if (name === "append")
        return (...given: Parameters<Journal["append"]>) => void gate.then(() => target.append(...given));
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
