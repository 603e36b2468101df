import { expect, test } from "vitest";
import { type History, type Row, violationsOf } from "./history.ts";

const thing = "a:b";
const row = (revision: number, value?: number, lane = "x"): Row => ({
  thing,
  revision,
  lane: value === undefined ? undefined : lane,
  value,
});
const journal = [row(1), row(2, 10), row(3, 11)];
const fine: History = {
  journal,
  sent: new Set([10, 11, 12]),
  writes: [
    { thing, lane: "x", value: 10, revision: 2, start: 1, end: 2 },
    { thing, lane: "x", value: 11, revision: 3, start: 3, end: 4 },
  ],
  reads: [{ thing, revision: 3, start: 3.5, end: 5, values: { x: 11 } }],
  sessions: [{ name: "s", since: 0, lasted: true, seen: new Map([[thing, [2, 3]]]) }],
};

test("a history without faults has no violations", () => {
  expect(violationsOf(fine)).toEqual([]);
});

const wrong: readonly (readonly [string, Partial<History>, RegExp])[] = [
  [
    "a gap in the journal",
    { journal: [row(1), row(2, 10), row(4, 11)], writes: [], reads: [], sessions: [] },
    /row 3/,
  ],
  ["a value that nobody sent", { sent: new Set([10]) }, /nobody sent/],
  [
    "a write that was carried out twice",
    { journal: [...journal, row(4, 10)], sessions: [], reads: [] },
    /for the second time/,
  ],
  [
    "an acknowledged write that is lost",
    { writes: [{ thing, lane: "x", value: 12, revision: 3, start: 3, end: 4 }] },
    /x=12 was acknowledged as revision 3, which is x=11/,
  ],
  [
    "two writes acknowledged with one revision",
    {
      writes: [
        { thing, lane: "x", value: 10, revision: 2, start: 1, end: 2 },
        { thing, lane: "x", value: 11, revision: 2, start: 3, end: 4 },
      ],
    },
    /after revision 2 had been told/,
  ],
  [
    "a stale read",
    { reads: [{ thing, revision: 2, start: 5, end: 6, values: { x: 10 } }] },
    /a read from 5 to 6 was told revision 2 after revision 3/,
  ],
  [
    "a read that follows a newer read",
    {
      writes: [],
      reads: [
        { thing, revision: 3, start: 1, end: 2, values: { x: 11 } },
        { thing, revision: 2, start: 3, end: 4, values: { x: 10 } },
      ],
    },
    /after revision 3 had been told/,
  ],
  [
    "a read of what never was",
    { reads: [{ thing, revision: 3, start: 5, end: 6, values: { x: 10 } }] },
    /not what the journal says/,
  ],
  [
    "an event that is left out",
    {
      journal: [...journal, row(4, 12)],
      sessions: [{ name: "s", since: 0, lasted: true, seen: new Map([[thing, [2, 4]]]) }],
    },
    /event 4 of a:b came after event 2/,
  ],
  [
    "an event that comes twice",
    { sessions: [{ name: "s", since: 0, lasted: true, seen: new Map([[thing, [2, 3, 3]]]) }] },
    /event 3 of a:b came after event 3/,
  ],
  [
    "a first event that does not come",
    { sessions: [{ name: "s", since: 0, lasted: true, seen: new Map([[thing, [3]]]) }] },
    /event 2 of a:b, written after he had subscribed/,
  ],
  ["no event at all", { sessions: [{ name: "s", since: 0, lasted: true, seen: new Map() }] }, /never came/],
  [
    "a last event that does not come",
    { sessions: [{ name: "s", since: 0, lasted: true, seen: new Map([[thing, [2]]]) }] },
    /the last event of a:b was 2 of 3/,
  ],
];

test.each(wrong)("%s is a violation", (_, fault, told) => {
  expect(violationsOf({ ...fine, ...fault }).join("\n")).toMatch(told);
});

test("a session that broke off owes nothing of what came later", () => {
  const sessions = [{ name: "s", since: 0, lasted: false, seen: new Map([[thing, [2]]]) }];

  expect(violationsOf({ ...fine, sessions })).toEqual([]);
});
