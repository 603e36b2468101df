import { expect, test } from "vitest";
import { createMetrics } from "../../../src/ops/metrics.ts";
import type { PredictorMonitor } from "../../../src/predictions/monitoring/predictor-monitor.ts";
import { measurePredictors } from "../../../src/predictions/monitoring/prometheus.ts";
import { mixed, vectorOf, type Wanted, watched } from "./world.ts";

async function linesOf(monitors: readonly PredictorMonitor[], most = 50): Promise<readonly string[]> {
  const metrics = createMetrics();
  measurePredictors(metrics, { predictors: () => monitors }, most);
  const text = await metrics.text();
  return text.split("\n").filter((line) => /^pollux_predict/.test(line));
}

const spec: Wanted = {
  columns: ["x"],
  monitoring: {
    truth: { path: ["t"], output: ["score"], kind: "regression", threshold: 0.5, withinMs: 1_000 },
    alerts: [{ on: "errors", above: 0.01 }],
  },
};

test("what a predictor counts and measures is told by version", async () => {
  const { monitor, scoreEach, clock } = await watched(spec);
  scoreEach(mixed(100));
  scoreEach(mixed(50).map((value) => value + 100));
  monitor.truth("org.acme:lamp", 1, clock.now);
  for (let i = 0; i < 5; i++) monitor.failed("1", "timeout", "");
  monitor.written("1");
  monitor.skipped("1", vectorOf([], [["x", "missing"]]));
  monitor.problem("output-not-writable", "org.acme:lamp", "No.");

  const lines = await linesOf([monitor]);

  const of = 'predictor="watch",version="1"';
  expect(lines).toEqual(
    expect.arrayContaining([
      `pollux_predictions_total{${of},role="active"} 150`,
      `pollux_predictions_written_total{${of}} 1`,
      `pollux_predictions_skipped_total{${of}} 1`,
      `pollux_prediction_errors_total{${of},reason="timeout"} 5`,
      `pollux_prediction_input_faults_total{${of},fault="missing"} 1`,
      `pollux_predictor_alerts_total{${of},on="errors"} 1`,
      `pollux_predictor_alert{${of},on="errors"} 1`,
      `pollux_predictor_queue{predictor="watch"} 3`,
      'pollux_predictor_problems_total{predictor="watch",kind="output-not-writable"} 1',
    ]),
  );
  const figureOf = (start: string) =>
    Number(
      lines
        .find((line) => line.startsWith(start))
        ?.split(" ")
        .at(-1),
    );
  expect(figureOf(`pollux_prediction_latency_seconds{${of},quantile="0.95"}`)).toBeCloseTo(0.005, 3);
  expect(figureOf(`pollux_predictor_drift{${of},of="inputs"}`)).toBeGreaterThan(1);
  expect(figureOf(`pollux_predictor_quality{${of},figure="mae"}`)).toBeGreaterThan(0);
});

test("figures that there are not yet are left out", async () => {
  const { monitor } = await watched();

  const names = (await linesOf([monitor])).map((line) => line.split("{")[0]);

  expect(names).not.toContain("pollux_predictor_drift");
  expect(names).not.toContain("pollux_prediction_latency_seconds");
});

test("what predictors beyond the bound count is told together", async () => {
  const all = await Promise.all([1, 2, 3].map(() => watched()));
  for (const { scoreEach, monitor } of all) {
    scoreEach(mixed(10));
    monitor.problem("other", "org.acme:lamp", "No.");
  }

  const lines = await linesOf(
    all.map(({ monitor }) => monitor),
    1,
  );

  expect(lines.filter((line) => line.startsWith("pollux_predictions_total"))).toEqual([
    'pollux_predictions_total{predictor="watch",version="1",role="active"} 10',
    'pollux_predictions_total{predictor="(others)",version="(others)",role="active"} 20',
  ]);
  expect(lines).toContain('pollux_predictor_problems_total{predictor="(others)",kind="other"} 2');
  expect(lines.filter((line) => line.startsWith("pollux_predictor_queue"))).toHaveLength(1);
});
