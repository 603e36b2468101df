import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { test } from "vitest";
import { Portions } from "../../../src/gateway/throttling/portions.ts";

test("so many are done in each turn, in their order", async () => {
  const portions = new Portions<number>(3);
  const done: number[] = [];
  for (let i = 0; i < 7; i++) portions.add(i, () => done.push(i));
  assert.deepEqual(done, []);
  const by: number[] = [];
  for (let i = 0; i < 4; i++) {
    await turn();
    by.push(done.length);
  }
  assert.deepEqual(by, [3, 6, 7, 7]);
  assert.deepEqual(done, [0, 1, 2, 3, 4, 5, 6]);
});

test("who comes again meanwhile waits behind the others", async () => {
  const portions = new Portions<string>(1);
  const done: string[] = [];
  const again = () => {
    done.push("again");
    if (done.length < 4) portions.add("again", again);
  };
  portions.add("again", again);
  portions.add("other", () => done.push("other"));
  for (let i = 0; i < 6; i++) await turn();
  assert.deepEqual(done, ["again", "other", "again", "again"]);
});

test("of the same one only the last is done", async () => {
  const portions = new Portions<string>(2);
  const done: number[] = [];
  portions.add("same", () => done.push(1));
  portions.add("same", () => done.push(2));
  await turn();
  assert.deepEqual(done, [2]);
});

test("one that comes again and again is done once a turn", async () => {
  const portions = new Portions<string>(4);
  const by: number[] = [];
  let done = 0;
  const again = () => {
    done++;
    portions.add("again", again);
  };
  portions.add("again", again);
  for (let i = 0; i < 5; i++) {
    await turn();
    by.push(done);
    if (i === 3) portions.add("again", () => undefined);
  }
  assert.deepEqual(by, [1, 2, 3, 4, 4]);
});

test("what takes long is left for the next turn, whatever the number", async () => {
  const portions = new Portions<number>(10, 1);
  const done: number[] = [];
  for (let i = 0; i < 3; i++) {
    portions.add(i, () => {
      done.push(i);
      for (const until = performance.now() + 2; performance.now() < until; );
    });
  }
  await turn();
  assert.deepEqual(done, [0]);
  await turn();
  await turn();
  assert.deepEqual(done, [0, 1, 2]);
});

test("others are done though one fails", async () => {
  const portions = new Portions<number>(1);
  const failed = new Promise((resolve) => process.once("uncaughtException", resolve));
  const listeners = process.listeners("uncaughtException").slice(0, -1);
  for (const listener of listeners) process.off("uncaughtException", listener);
  let isDone = false;
  portions.add(1, () => {
    throw new Error("it fails");
  });
  portions.add(2, () => {
    isDone = true;
  });
  await failed;
  for (const listener of listeners) process.on("uncaughtException", listener);
  await turn();
  await turn();
  assert.ok(isDone);
});
