import { expect, test } from "vitest";
import {
  awaitedFor,
  changesOf,
  parseView,
  printView,
  type View,
  withMember,
  without,
} from "../../src/cluster/view.ts";

const member = (id: string) => ({ id, name: `node ${id}` });
const viewOf = (...ids: string[]) =>
  ids.reduce<View | undefined>((view, id) => withMember(view, member(id), 0), undefined)!;
const lease = (adopted: number, isDead = false) => ({ adopted, isDead });

test("members come in at the end, with an epoch above all that is known", () => {
  expect(viewOf("a", "b")).toEqual({
    epoch: 2,
    members: [
      { ...member("a"), since: 1 },
      { ...member("b"), since: 2 },
    ],
    departed: [],
  });
  expect(withMember(viewOf("a"), member("b"), 41).epoch).toBe(42);
});

test("a member that comes again has another seat", () => {
  const before = viewOf("a", "b");
  const after = withMember(before, member("a"), 0);

  expect(after.members.map(({ id, since }) => [id, since])).toEqual([
    ["b", 2],
    ["a", 3],
  ]);
  expect(changesOf(before, after)).toEqual({
    gone: [{ seat: before.members[0], isCrashed: true }],
    joined: [{ ...member("a"), since: 3 }],
  });
});

test("who missed views in between still learns how members went", () => {
  const start = viewOf("a", "b", "c");
  const left = without(start, [start.members[0]!], false)!;
  const crashed = without(left, [start.members[1]!], true)!;

  expect(changesOf(start, crashed).gone).toEqual([
    { seat: start.members[0], isCrashed: false },
    { seat: start.members[1], isCrashed: true },
  ]);
  expect(without(crashed, [start.members[0]!], true)).toBeUndefined();
  expect(without(undefined, [start.members[0]!], true)).toBeUndefined();
});

test("what is kept of those that went is bounded", () => {
  let view = viewOf("a");
  for (let at = 0; at < 200; at++) {
    const next = withMember(view, member(`m${at}`), 0);
    view = without(next, [next.members.at(-1)!], true)!;
  }

  expect(view.departed).toHaveLength(64);
  expect(view.departed.at(-1)!.id).toBe("m199");
});

test("a member waits for all that may still serve what it gained, and for no other", () => {
  const view = viewOf("self", "same", "before", "later", "new"); // epoch 5
  const leases = new Map([
    ["self", lease(0)],
    ["same", lease(5)],
    ["before", lease(4)],
    ["later", lease(6)],
    ["new", lease(0)],
    ["left", lease(3)],
    ["left-and-done", lease(3, true)],
    ["not-in-yet", lease(0)],
  ]);

  expect(awaitedFor(view, leases, "self").sort()).toEqual(["before", "later", "left", "new"]);
});

test("a member of which no lease is known is waited for", () => {
  expect(awaitedFor(viewOf("self", "silent"), new Map(), "self")).toEqual(["silent"]);
});

test("a view is read as it was printed, and nothing else is taken for one", () => {
  const view = viewOf("a", "b");

  expect(parseView(printView(view))).toEqual(view);
  expect(() => parseView('{"epoch":1}')).toThrow("The record of the members of the cluster is none");
});
