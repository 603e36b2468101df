// What a member wrote without learning of it, when the thing is another's from then on.

import { afterAll, beforeAll, expect, test } from "vitest";
import { JournalUnavailable } from "../../../src/journal/journal.ts";
import type { TestPostgres } from "../../support/postgres.ts";
import { type ServingMember, startDatabase, startMembers } from "./members.ts";

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startDatabase();
});
afterAll(() => postgres[Symbol.asyncDispose]());

/** The next append of a member is committed, and it learns only that it may have been; gives what undoes that. */
function deafen({ journal }: ServingMember): () => void {
  const { append, load } = journal;
  journal.append = (rows, settled) =>
    append.call(journal, rows, () => settled(new JournalUnavailable("cut off", { mayBeWritten: true })));
  return () => Object.assign(journal, { append, load });
}

const revisions = ({ events }: ServingMember) =>
  events.filter(({ kind }) => kind === "thing").map(({ revision }) => revision);

test("a member tells of it before it lets go of the thing", async () => {
  await using all = await startMembers(postgres, 2);
  const [one, two] = all.members as [ServingMember, ServingMember];
  const id = all.cluster.idOf(one.cluster, "org.acme:left");
  await one.put(id, "/", { attributes: { n: 0 } });

  deafen(one);
  expect(await one.put(id, "/attributes/n", 1)).toBe("503 things:thing.unavailable");
  await one.cluster.leave();

  expect(revisions(one)).toEqual([1, 2]);
  await two.put(id, "/attributes/n", 2);
  expect(revisions(two)).toEqual([3]);
});

test("what a member cannot look for in time, who owns the thing next does", async () => {
  await using all = await startMembers(postgres, 2);
  const [one, two] = all.members as [ServingMember, ServingMember];
  const id = all.cluster.idOf(one.cluster, "org.acme:moved");
  await one.put(id, "/", { attributes: { n: 0 } });

  const mend = deafen(one);
  one.journal.load = () => Promise.reject(new JournalUnavailable("away"));
  expect(await one.put(id, "/attributes/n", 1)).toBe("503 things:thing.unavailable");
  const left = one.cluster.leave();
  await expect.poll(() => revisions(two), { timeout: 5_000 }).toEqual([2]);
  mend();
  await left;

  expect(revisions(one)).toEqual([1]);
});
