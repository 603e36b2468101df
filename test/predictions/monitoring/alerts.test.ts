import { describe, expect, test } from "vitest";
import type { Alert } from "../../../src/predictions/model.ts";
import { mixed, vectorOf, watched } from "./world.ts";

const MINUTE = 60_000;
const alerting = (on: Alert["on"], above: number, more = {}) =>
  watched({ policyId: "org.acme:policy", monitoring: { alerts: [{ on, above }], ...more } });

test("an alert is raised as soon as its figure is above, logged, told and shown", async () => {
  const { scoreEach, alerts, logged, monitor, clock } = await alerting("input-drift", 0.25);
  scoreEach(mixed(100));
  scoreEach(mixed(50).map((value) => value * 2));
  expect(alerts).toEqual([]);
  scoreEach(mixed(50).map((value) => value + 100));

  const told = { value: expect.any(Number), column: "x" };
  expect(alerts).toEqual([
    {
      predictorId: "watch",
      policyId: "org.acme:policy",
      version: "1",
      alert: { on: "input-drift", above: 0.25 },
      state: "raised",
      timestamp: clock.now,
      ...told,
    },
  ]);
  expect(logged).toEqual([{ predictor: "watch", version: "1", on: "input-drift", above: 0.25, ...told }]);
  expect(monitor.status().alerts).toEqual([
    { on: "input-drift", version: "1", above: 0.25, since: new Date(clock.now).toISOString(), ...told },
  ]);
});

test("an alert ends once its figure was not above for a window", async () => {
  const { scoreEach, alerts, monitor, clock } = await alerting("input-drift", 0.25);
  const same = mixed(50).map((value) => value * 2);
  scoreEach(mixed(100));
  scoreEach(mixed(50).map((value) => value + 100));
  clock.now += MINUTE;
  scoreEach(same);
  expect(alerts.map(({ state }) => state)).toEqual(["raised"]);
  scoreEach(same);

  expect(alerts.map(({ state }) => state)).toEqual(["raised", "cleared"]);
  expect(alerts[1]?.value).toBeLessThan(0.25);
  expect(monitor.status().alerts).toEqual([]);
});

test("an alert changes once a minute at most, so that a figure that jumps tells nobody of each", async () => {
  const { scoreEach, alerts, clock, monitor } = await alerting("input-drift", 0.25);
  scoreEach(mixed(100));
  for (let i = 0; i < 40; i++) {
    scoreEach(mixed(50).map((value) => value + 100));
    for (let j = 0; j < 3; j++) scoreEach(mixed(50).map((value) => value * 2));
  }
  const minutes = (clock.now - Date.parse("2026-01-01T00:00:00Z")) / MINUTE;

  expect(alerts.length).toBeLessThanOrEqual(minutes + 1);
  expect(alerts.length).toBeGreaterThan(1);
  expect(monitor.status().alerts).toHaveLength(alerts.length % 2);
});

describe("an alert may be on", () => {
  test("missing values, at the input that has most", async () => {
    const { monitor, alerts } = await alerting("missing", 0.5);
    for (let i = 0; i < 5; i++) monitor.skipped("1", vectorOf([], [["x", "missing"]]));

    expect(alerts).toMatchObject([{ value: 1, column: "x", state: "raised" }]);
  });

  test("values out of range or of another type", async () => {
    const { score, alerts } = await alerting("out-of-range", 0.5);
    for (let i = 0; i < 5; i++)
      score([1], { vector: vectorOf([1], [["x", i % 2 ? "out-of-range" : "type"]]) });

    expect(alerts).toMatchObject([{ value: 1, column: "x" }]);
  });

  test("failures, though no prediction is made at all", async () => {
    const { monitor, alerts } = await alerting("errors", 0.1);
    for (let i = 0; i < 5; i++) monitor.failed("1", "timeout", "");

    expect(alerts).toMatchObject([{ value: 1, alert: { on: "errors" } }]);
  });

  test("the 95th percentile of the latency, in milliseconds", async () => {
    const { scoreEach, alerts } = await alerting("latency", 100);
    scoreEach(mixed(5), { latencyMs: 120 });

    expect(alerts[0]?.value).toBeCloseTo(120, -1);
  });

  test("the drift of predictions, named by the output", async () => {
    const { score, alerts } = await alerting("prediction-drift", 1);
    for (let i = 0; i < 100; i++) score([i], { outputs: { score: 1, other: i } });
    for (let i = 0; i < 50; i++) score([i], { outputs: { score: 2, other: i * 2 } });

    expect(alerts).toMatchObject([{ column: "score" }]);
  });

  test("the shift of attributions", async () => {
    const { score, alerts } = await watched({
      columns: ["a", "b"],
      output: { attributions: ["why"] },
      monitoring: { alerts: [{ on: "attribution-shift", above: 0.1 }] },
    });
    for (let i = 0; i < 150; i++) score([1, 1], { outputs: { why: i < 100 ? [1, 0] : [0, 1] } });

    expect(alerts).toMatchObject([{ value: 1, policyId: undefined }]);
  });

  test("the quality, told by truths", async () => {
    const truth = { path: ["attributes", "truth"], output: ["score"], kind: "regression" } as const;
    const { score, monitor, alerts, clock } = await alerting("quality", 3, {
      truth: { ...truth, threshold: 0.5, withinMs: MINUTE },
    });
    for (let i = 0; i < 15; i++) {
      score([10]);
      monitor.truth("org.acme:lamp", 6, clock.now);
    }

    expect(alerts).toMatchObject([{ value: 4 }]);
  });

  test("the difference between groups", async () => {
    const { score, alerts } = await alerting("bias", 0.5, { groups: ["attributes", "site"] });
    for (let i = 0; i < 60; i++) score([i % 2], { group: i % 2 ? "north" : "south" });

    expect(alerts).toMatchObject([{ value: 1 }]);
  });
});

test("alerts are raised for each version by itself", async () => {
  const { scoreEach, alerts } = await watched({
    shadow: "2",
    monitoring: { alerts: [{ on: "latency", above: 100 }] },
  });
  scoreEach(mixed(5), { latencyMs: 20 });
  scoreEach(mixed(5), { latencyMs: 200, version: "2", role: "shadow" });

  expect(alerts.map(({ version }) => version)).toEqual(["2"]);
});

test("a figure that there is none of raises nothing", async () => {
  const { scoreEach, alerts } = await alerting("quality", -1);
  scoreEach(mixed(200));

  expect(alerts).toEqual([]);
});
