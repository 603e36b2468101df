// A clock that is set back while a predictor is watched.

import { expect, test } from "vitest";
import { mixed, START, watched } from "./world.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

test("a clock that is set back does not make predictions seem more frequent", async () => {
  const { clock, score, told } = await watched();
  clock.setBy = -HOUR;
  for (let second = 0; second < 900; second++) {
    clock.now += SECOND - 10;
    score([1]);
  }

  expect(told("/rate/1m")).toBeCloseTo(1, 0);
  expect(told("/rate/15m")).toBeCloseTo(1, 1);
});

test("latencies go on to age", async () => {
  const { clock, score, told } = await watched();
  score([1], { latencyMs: 1_000 });
  clock.setBy = -HOUR;
  clock.now += 11 * MINUTE;
  score([1], { latencyMs: 1 });

  expect(told("/latency/p99")).toBeLessThan(2);
});

test("alerts are still raised and cleared, and told by the clock as it is", async () => {
  const { clock, scoreEach, alerts } = await watched({
    monitoring: { alerts: [{ on: "input-drift", above: 0.25 }] },
  });
  scoreEach(mixed(100));
  scoreEach(mixed(50).map((value) => value + 100));
  clock.setBy = -HOUR;
  clock.now += 2 * MINUTE;
  for (let i = 0; i < 2; i++) scoreEach(mixed(50).map((value) => value * 2));

  expect(alerts.map(({ state }) => state)).toEqual(["raised", "cleared"]);
  expect(alerts[1]?.timestamp).toBeLessThan(START);
});
