// Members that join and leave under load: no refusal, no gap, no doubled write, and nobody overtakes himself.

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

const at = (all: Members, i: number) => all.members[i] as ServingMember;
// So many that a third member surely owns some.
const ids = Array.from({ length: 30 }, (_, n) => `org.acme:moving-${n}`);

/** Has each of the first two members write to each of the things while something happens; gives what was refused. */
async function under(all: Members, happens: () => Promise<void>): Promise<readonly string[]> {
  const writers = ids.map((id) => new Map([0, 1].map((m) => [`m${m}`, load(at(all, m), id, `m${m}`)])));
  await later(100);
  await happens();
  await later(200);
  const each = writers.flatMap((ofOne) => [...ofOne.values()]);
  await Promise.all(each.map((writer) => writer.end()));
  for (const [i, id] of ids.entries()) await check(all, id, writers[i] as never);
  return each.flatMap(({ refused }) => refused);
}

test("a member that joins takes over without a refusal, a gap or a doubled write", async () => {
  await using all = await startMembers(postgres, 2);
  for (const id of ids) await at(all, 0).put(id, "/", { attributes: {} });

  const refused = await under(all, async () => {
    const { events } = await all.join();
    await expect.poll(() => events.length, { timeout: 10_000 }).toBeGreaterThan(0);
  });

  expect(refused).toEqual([]);
});

test("a member that leaves finishes what it was asked, and hands the rest over", async () => {
  await using all = await startMembers(postgres, 3);
  for (const id of ids) await at(all, 0).put(id, "/", { attributes: {} });

  const refused = await under(all, () => at(all, 2).cluster.leave());

  expect(refused).toEqual([]);
  expect(at(all, 2).events.length).toBeGreaterThan(0);
});
