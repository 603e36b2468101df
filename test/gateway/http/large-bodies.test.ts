import assert from "node:assert/strict";
import { test } from "vitest";
import { turnOfLarge } from "../../../src/gateway/http/large-bodies.ts";

test("large bodies are read one at a time, and others have as long between them", async () => {
  const order: string[] = [];
  const work = (name: string) => {
    const until = performance.now() + 30;
    while (performance.now() < until);
    order.push(name);
  };
  const began = performance.now();
  const all = ["first", "second", "third"].map((name) => turnOfLarge().then(() => work(name)));
  const others: number[] = [];
  const ticks = setInterval(() => others.push(order.length), 1);
  await Promise.all(all);
  clearInterval(ticks);

  assert.deepEqual(order, ["first", "second", "third"]);
  assert.ok(performance.now() - began >= 140, "three works and two rests, of 30 ms each");
  assert.ok(others.includes(1) && others.includes(2), "timers run between them");
});
