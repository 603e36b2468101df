// Things that are born with policies that other members own.

import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestPostgres } from "../../support/postgres.ts";
import { policyFor } from "../live/live-world.ts";
import { type Members, type ServingMember, startDatabase, startMembers } from "./members.ts";

let postgres: TestPostgres;
let all: Members;
let a: ServingMember;
let b: ServingMember;
beforeAll(async () => {
  postgres = await startDatabase();
  all = await startMembers(postgres, 2);
  [a, b] = all.members as [ServingMember, ServingMember];
});
afterAll(async () => {
  await all[Symbol.asyncDispose]();
  await postgres[Symbol.asyncDispose]();
});

test("two things that are born with policies of each other's IDs do not wait for one another", async () => {
  const [ofA, ofB] = [all.cluster.idOf(a.cluster), all.cluster.idOf(b.cluster)];
  const born = (policyId: string) => ({ policyId, _policy: policyFor({}) });
  const started = performance.now();

  const replies = await Promise.all([a.put(ofA, "/", born(ofB)), b.put(ofB, "/", born(ofA))]);

  expect(replies).toMatchObject([{ status: 201 }, { status: 201 }]);
  expect(performance.now() - started).toBeLessThan(5_000);
  for (const id of [ofA, ofB])
    expect(await a.get(id, "/", { kind: "policy" })).toMatchObject({ status: 200 });
});

test("what is sent to a thing and its policy of one ID without waiting is carried out in that order", async () => {
  const id = all.cluster.idOf(b.cluster, "org.acme:own");

  const replies = await Promise.all([
    a.put(id, "/", { _policy: policyFor({}) }),
    a.get(id, "/", { kind: "policy" }),
    a.put(id, "/attributes", {}),
  ]);

  expect(replies).toMatchObject([{ status: 201 }, { status: 200 }, { status: 201 }]);
});

test("a command that is more than NATS takes is refused at once", async () => {
  const id = all.cluster.idOf(b.cluster, "org.acme:long");
  await a.put(id, "/", {});
  const started = performance.now();

  expect(await a.put(id, "/attributes/text", "x".repeat(3_000_000))).toBe("503 things:thing.unavailable");

  expect(performance.now() - started).toBeLessThan(5_000);
});
