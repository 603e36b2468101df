// What Prometheus is told of predictors. Each has an ID, so there are only so many that are told by themselves.

import type { Metrics, Series } from "../../ops/metrics.ts";
import type { Moment } from "./moment.ts";
import type { PredictorMonitor } from "./predictor-monitor.ts";
import { FAULTS } from "./watch/faults.ts";
import type { WatchedVersion } from "./watch/version.ts";

export interface MeasuredPredictors {
  /** Those that are watched. */
  predictors(): Iterable<PredictorMonitor>;
}

/** What predictors are called that are told together; none can have it as ID. */
const OTHERS = "(others)";
const QUANTILES = ["0.5", "0.95", "0.99"];

type Labels = Readonly<Record<string, string>>;
type Told = readonly (readonly [labels: Labels, value: number | undefined])[];
type OfVersion = (version: WatchedVersion, now: Moment) => Told;

/**
 * Adds the metrics of predictors: those of at most `most` by themselves, first come, first served. What others count is told together,
 * without their versions; their gauges are not told.
 */
export function measurePredictors(metrics: Metrics, { predictors }: MeasuredPredictors, most: number): void {
  const own = () => [...predictors()].slice(0, most);

  function counter(name: string, help: string, labels: readonly string[], values: OfVersion): void {
    metrics.table("counter", name, help, ["predictor", "version", ...labels], () => {
      const told = [...predictors()].map((monitor, i) => ({ monitor, isOwn: i < most }));
      return summed(
        told.flatMap(({ monitor, isOwn }) =>
          seriesOf(monitor, values).map((series) => (isOwn ? series : ofOthers(series))),
        ),
      );
    });
  }

  const gauge = (name: string, help: string, labels: readonly string[], values: OfVersion): void =>
    metrics.table("gauge", name, help, ["predictor", "version", ...labels], () =>
      own().flatMap((monitor) => seriesOf(monitor, values)),
    );

  addCounters(counter);
  addGauges(gauge);
  metrics.table("gauge", "pollux_predictor_queue", "Things that wait for a prediction.", ["predictor"], () =>
    own().map(({ predictorId, queueLength }) => ({
      labels: { predictor: predictorId },
      value: queueLength(),
    })),
  );
  metrics.table(
    "counter",
    "pollux_predictor_problems_total",
    "What a predictor could not read or write.",
    ["predictor", "kind"],
    () =>
      summed(
        [...predictors()].flatMap(({ predictorId, problemCounts }, i) =>
          [...problemCounts].map(([kind, value]) => ({
            labels: { predictor: i < most ? predictorId : OTHERS, kind },
            value,
          })),
        ),
      ),
  );
}

type Add = (name: string, help: string, labels: readonly string[], values: OfVersion) => void;

function addCounters(add: Add): void {
  add("pollux_predictions_total", "Predictions that were made.", ["role"], ({ role, predictions }) => [
    [{ role }, predictions],
  ]);
  add("pollux_predictions_written_total", "Predictions that were written.", [], ({ written }) => [
    [{}, written],
  ]);
  add(
    "pollux_predictions_skipped_total",
    "Triggers without a prediction, as an input was missing.",
    [],
    (version) => [[{}, version.skipped]],
  );
  add("pollux_prediction_errors_total", "Predictions that failed.", ["reason"], ({ failures }) =>
    [...failures.byReason].map(([reason, count]) => [{ reason }, count]),
  );
  add("pollux_prediction_input_faults_total", "Faults of the data of inputs.", ["fault"], ({ faults }) =>
    FAULTS.map((fault) => [{ fault }, faults.total(fault)]),
  );
  add("pollux_predictor_alerts_total", "Alerts that were raised.", ["on"], ({ alerts }) =>
    alerts.counts().map(({ on, raised }) => [{ on }, raised]),
  );
}

function addGauges(add: Add): void {
  add(
    "pollux_prediction_latency_seconds",
    "From the trigger until the model has answered, of the last minutes.",
    ["quantile"],
    (version, now) =>
      version
        .latencies(now)
        .map((ms, i) => [{ quantile: QUANTILES[i] as string }, ms === undefined ? undefined : ms / 1_000]),
  );
  add(
    "pollux_predictor_drift",
    "The largest population stability index of the inputs, or of the predictions, and the shift of attributions.",
    ["of"],
    ({ drift }) => [
      [{ of: "inputs" }, drift.input()?.value],
      [{ of: "predictions" }, drift.prediction()?.value],
      [{ of: "attributions" }, drift.attribution()?.value],
    ],
  );
  add("pollux_predictor_quality", "How good the newest judged predictions were.", ["figure"], ({ quality }) =>
    Object.entries(quality?.figures() ?? {}).map(([figure, value]) => [{ figure }, value]),
  );
  add("pollux_predictor_group_difference", "The largest difference between groups.", [], ({ groups }) => [
    [{}, groups?.difference()],
  ]);
  add("pollux_predictor_alert", "Whether an alert is raised (1) or not (0).", ["on"], ({ alerts }) =>
    alerts.counts().map(({ on, isRaised }) => [{ on }, Number(isRaised)]),
  );
}

/** Figures that there are not are left out. */
const seriesOf = ({ predictorId, versions, now }: PredictorMonitor, values: OfVersion): readonly Series[] =>
  [...versions.values()].flatMap((version) =>
    values(version, now()).flatMap(([labels, value]) =>
      value === undefined
        ? []
        : [{ labels: { predictor: predictorId, version: version.name, ...labels }, value }],
    ),
  );

const ofOthers = ({ labels, value }: Series): Series => ({
  labels: { ...labels, predictor: OTHERS, version: OTHERS },
  value,
});

function summed(series: readonly Series[]): readonly Series[] {
  const sums = new Map<string, Series>();
  for (const { labels, value } of series) {
    const key = JSON.stringify(labels);
    sums.set(key, { labels, value: value + (sums.get(key)?.value ?? 0) });
  }
  return [...sums.values()];
}
