import assert from "node:assert/strict";
import { test } from "vitest";
import { RateLimit } from "../../src/base/rate-limit.ts";

/** A limit of which the test moves the clock. */
function limitOf(perSecond: number, burst: number, most?: number) {
  const clock = { ms: 1_000 };
  const limit = new RateLimit({ perSecond, burst }, most, () => clock.ms);
  return { clock, limit, take: (name: string) => limit.take(name) };
}

test("a burst passes, then the rate, and what is refused is told how long to wait and does not count", () => {
  const { clock, take } = limitOf(10, 3);

  assert.deepEqual([take("a"), take("a"), take("a")], [0, 0, 0]);
  assert.equal(take("a"), 100);
  clock.ms += 40;
  assert.equal(Math.round(take("a")), 60);
  clock.ms += 60;
  assert.equal(take("a"), 0);
  assert.equal(take("a"), 100);
});

test("over a long time exactly the rate passes, however much is asked", () => {
  const { clock, take } = limitOf(7, 5);
  let passed = 0;
  for (let ms = 0; ms < 100_000; ms++) {
    clock.ms++;
    if (take("greedy") === 0) passed++;
  }

  assert.ok(Math.abs(passed - (5 + 7 * 100)) <= 1, String(passed));
});

test("one name's greed is not another's loss", () => {
  const { take } = limitOf(1, 1);
  for (let i = 0; i < 100; i++) take("greedy");

  assert.equal(take("modest"), 0);
});

test("names are forgotten once they make no difference, and at the bound those that asked least recently", () => {
  const { clock, limit, take } = limitOf(1, 1, 100);
  for (let i = 0; i < 10_000; i++) take(`name ${i}`);
  assert.equal(limit.size, 100);
  assert.ok(take("name 9999") > 0, "a recent name is still counted");

  clock.ms += 2_000;
  for (let i = 0; i < 60; i++) take("one");
  assert.equal(limit.size, 1);
});

test("long names are told apart, and kept short", () => {
  const { take } = limitOf(1, 1);
  const long = "x".repeat(100_000);

  assert.equal(take(`${long}1`), 0);
  assert.equal(take(`${long}2`), 0);
  assert.ok(take(`${long}1`) > 0);
});
