import { describe, expect, test } from "vitest";
import { thingList } from "../../src/dispatch/thing-list.ts";
import { thingNotFound } from "../../src/things/errors.ts";
import { HeldJournal } from "../support/journal.ts";
import { ditto } from "../support/things.ts";

/** A list over so many ids, of which the caller may read some. */
function listOf(count: number, mayRead: (n: number) => boolean, textOf = (id: string) => id) {
  const ids = Array.from({ length: count }, (_, n) => `org.acme:t${String(n).padStart(5, "0")}`);
  const journal = new HeldJournal();
  journal.listIds = async (_kind, after, limit) => ids.filter((id) => id > after).slice(0, limit);
  const reads: string[] = [];
  let atOnce = 0;
  let most = 0;
  const list = thingList(async ({ id }) => {
    reads.push(id);
    most = Math.max(most, ++atOnce);
    await new Promise(setImmediate);
    atOnce--;
    if (!mayRead(ids.indexOf(id))) throw thingNotFound(id);
    return { status: 200, text: textOf(id), value: null };
  }, journal);
  return { ids, list, reads, most: () => most };
}

test("a page is read some at a time, and goes on after its last thing", async () => {
  const { ids, list, most } = listOf(100, (n) => n % 2 === 0);

  const first = await list.page({ after: "", size: 30, ofNamespace: undefined }, ditto);
  const second = await list.page({ after: first.next as string, size: 30, ofNamespace: undefined }, ditto);

  expect([...first.things, ...second.things]).toEqual(ids.filter((_, n) => n % 2 === 0));
  expect(first.things).toHaveLength(30);
  expect(second.next).toBeUndefined();
  expect(most()).toBe(25);
});

test("a page ends after 5,000 things that cannot be read, and says where to go on", async () => {
  const { ids, list, reads } = listOf(5_100, (n) => n === 5_050);

  const first = await list.page({ after: "", size: 30, ofNamespace: undefined }, ditto);
  expect([first.things, first.next, reads.length]).toEqual([[], ids[4_999], 5_000]);

  const second = await list.page({ after: first.next as string, size: 30, ofNamespace: undefined }, ditto);
  expect([second.things, second.next]).toEqual([[ids[5_050]], undefined]);
});

test("an id that is named twice is read once and answered twice", async () => {
  const { ids, list, reads } = listOf(2, () => true);
  const [a, b] = ids as [string, string];

  expect(await list.several([a, b, a], ditto, {})).toEqual([a, a, b]);
  expect(reads).toEqual([a, b]);
});

test("what is no id, and more than 1,000 ids, are refused before anything is read", async () => {
  const { ids, list, reads } = listOf(1_001, () => true);

  await expect(list.several(["org.acme:a", "nocolon"], ditto, {})).rejects.toThrow("nocolon");
  await expect(list.several(ids, ditto, {})).rejects.toMatchObject({ status: 400 });
  expect(reads).toEqual([]);
});

describe("an answer has at most 10,000,000 characters", () => {
  const long = (id: string) => id.padEnd(1_000_000);

  test("so more things at once are refused, those named twice counted twice", async () => {
    const { ids, list, reads } = listOf(100, () => true, long);

    expect(await list.several(ids.slice(0, 10), ditto, {})).toHaveLength(10);
    const [first] = ids as [string];
    await expect(list.several(Array(11).fill(first), ditto, {})).rejects.toMatchObject({ status: 400 });
    await expect(list.several(ids, ditto, {})).rejects.toMatchObject({ status: 400 });
    expect(reads).toHaveLength(10 + 1 + 25);
  });

  test("so a page of more ends before it, and goes on there", async () => {
    const { ids, list } = listOf(12, () => true, long);

    const first = await list.page({ after: "", size: 30, ofNamespace: undefined }, ditto);
    const second = await list.page({ after: first.next as string, size: 30, ofNamespace: undefined }, ditto);

    expect([first.things.length, first.next]).toEqual([10, ids[9]]);
    expect([second.things.length, second.next]).toEqual([2, undefined]);
  });
});

test("others have their turn between the groups of a long list", async () => {
  const { ids, list } = listOf(100, () => true);
  const told: string[] = [];

  const all = list.several(ids, ditto, {}).then(() => told.push("list"));
  for (let i = 0; i < 3; i++) await new Promise(setImmediate).then(() => told.push("other"));
  await all;

  expect(told).toEqual(["other", "other", "other", "list"]);
});
