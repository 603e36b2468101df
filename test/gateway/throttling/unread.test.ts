import assert from "node:assert/strict";
import { test } from "vitest";
import { Unread } from "../../../src/gateway/throttling/unread.ts";

/** A reader for whom something waits until he is dropped. */
function reader(name: string, dropped: string[]) {
  return { waiting: 0, drop: () => dropped.push(name) };
}

test("those for whom most waits are dropped, until a quarter of the space is free", () => {
  const dropped: string[] = [];
  let told = 0;
  const unread = new Unread(100_000_000, () => told++);
  for (const [name, waiting] of [
    ["a", 30e6],
    ["b", 40e6],
    ["c", 20e6],
    ["d", 15e6],
  ] as const) {
    const one = reader(name, dropped);
    one.waiting = waiting;
    unread.note(one, waiting);
  }
  assert.deepEqual(dropped, ["b"]);
  assert.equal(told, 1);
});

test("who has read on in the meantime is not dropped", () => {
  const dropped: string[] = [];
  const unread = new Unread(1_000_000, () => undefined);
  const [fast, slow] = [reader("fast", dropped), reader("slow", dropped)];
  unread.note(fast, 900_000);
  slow.waiting = 200_000;
  unread.note(slow, 200_000);
  assert.deepEqual(dropped, []);
});

test("who is gone counts no more", () => {
  const dropped: string[] = [];
  const unread = new Unread(1_000_000, () => undefined);
  for (let i = 0; i < 100; i++) {
    const one = reader(String(i), dropped);
    one.waiting = 600_000;
    unread.note(one, one.waiting);
    unread.forget(one);
  }
  assert.deepEqual(dropped, []);
});
