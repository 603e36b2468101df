import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "vitest";
import { nextPiece } from "../../../src/gateway/throttling/in-pieces.ts";

test("two go on in a millisecond, in their order, and who waits again comes last", async () => {
  const went: number[] = [];
  const at: number[] = [];
  const go = (i: number) => () => {
    went.push(i);
    at.push(performance.now());
    if (i === 0 && went.length === 1) nextPiece(go(0));
  };
  for (let i = 0; i < 9; i++) nextPiece(go(i));
  assert.deepEqual(went, []);

  while (went.length < 10) await sleep(1);
  assert.deepEqual(went, [...Array(9).keys(), 0]);
  const took = (at[9] as number) - (at[0] as number);
  assert.ok(took > 3, String(took));
});

test("who waits already waits once", async () => {
  let times = 0;
  const go = () => times++;
  nextPiece(go);
  nextPiece(go);
  await sleep(20);
  assert.equal(times, 1);
});

test("who waits again when nobody else does is called as well", async () => {
  for (const others of [0, 1, 2]) {
    let times = 0;
    const go = (): void => {
      if (++times < 5) nextPiece(go);
    };
    for (let i = 0; i < others; i++) nextPiece(() => undefined);
    nextPiece(go);
    await sleep(30);
    assert.equal(times, 5);
  }
});
