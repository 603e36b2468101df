// One version of a model, watched.

import type { JsonObject } from "../../../base/json/json.ts";
import type { Vector } from "../../inputs/inputs.ts";
import type { AlertSource } from "../../model.ts";
import type { Outputs } from "../../models/scoring.ts";
import type { Moment } from "../moment.ts";
import type { Scored } from "../monitor.ts";
import { Latencies } from "../statistics/latency.ts";
import { Rate } from "../statistics/rate.ts";
import { rounded, shareOf } from "../statistics/rounded.ts";
import { type AlertChange, Alerts } from "./alerts.ts";
import { Drift } from "./drift.ts";
import { Failures } from "./failures.ts";
import { Faults } from "./faults.ts";
import type { Figure } from "./figure.ts";
import { Groups, groupName } from "./groups.ts";
import { numberOf, outputAt } from "./output-numbers.ts";
import type { Role, WatchPlan } from "./plan.ts";
import { type Quality, qualityOf } from "./quality.ts";

/** Alerts are looked at so many times while a window of predictions passes. */
const LOOKS = 10;
/** Groups are compared over so many windows, to twice as many. */
const GROUP_WINDOWS = 10;
const PERCENTILES = [0.5, 0.95, 0.99];

export class WatchedVersion {
  readonly name: string;
  role: Role;
  predictions = 0;
  skipped = 0;
  written = 0;
  unjudged = 0;
  readonly drift: Drift;
  readonly faults: Faults;
  readonly failures: Failures;
  readonly quality: Quality | undefined;
  readonly groups: Groups | undefined;
  readonly alerts: Alerts;
  readonly #plan: WatchPlan;
  readonly #rate: Rate;
  readonly #latencies = new Latencies();
  #attempts = 0;

  constructor(
    name: string,
    role: Role,
    plan: WatchPlan,
    now: Moment,
    onAlert: (change: AlertChange) => void,
  ) {
    const { inputs, baseline, windowSize, truth, compared, alerts } = plan;
    this.name = name;
    this.role = role;
    this.#plan = plan;
    this.#rate = new Rate(now.steady);
    this.drift = new Drift(baseline, windowSize);
    this.faults = new Faults(inputs, windowSize);
    this.failures = new Failures(windowSize);
    this.quality = truth && qualityOf(truth, windowSize);
    this.groups = compared && new Groups(GROUP_WINDOWS * windowSize);
    this.alerts = new Alerts(name, alerts, windowSize, onAlert);
  }

  /** Says whether the baseline is to be stored. */
  scored({ role, vector, outputs, latencyMs, group }: Scored, isLearning: boolean, now: Moment): boolean {
    this.role = role;
    this.predictions++;
    this.#rate.add(now.steady);
    this.#latencies.add(latencyMs, now.steady);
    this.faults.add(vector);
    this.failures.success();
    const name = groupName(group);
    if (name !== undefined) this.groups?.add(name, this.#comparedValue(outputs));
    const hasGrown = isLearning && this.drift.add(vector.values, outputs, now.wall);
    this.#attempted(now);
    return hasGrown;
  }

  failed(reason: string, detail: string, now: Moment): void {
    this.failures.add(reason, detail, now.wall);
    this.#attempted(now);
  }

  skip(vector: Vector, now: Moment): void {
    this.skipped++;
    this.faults.add(vector);
    this.#attempted(now);
  }

  /** In milliseconds: the median, the 95th and the 99th percentile. */
  latencies({ steady }: Moment): readonly (number | undefined)[] {
    return this.#latencies.quantiles(PERCENTILES, steady);
  }

  json(now: Moment, trouble: string | undefined): JsonObject {
    const [p50, p95, p99] = this.latencies(now);
    return {
      role: this.role,
      ...(trouble !== undefined && { trouble }),
      predictions: this.predictions,
      rate: this.#rateJson(now),
      latency: { p50: rounded(p50), p95: rounded(p95), p99: rounded(p99) },
      errors: this.failures.json(),
      skipped: this.skipped,
      written: this.role === "shadow" ? null : this.#writtenJson(),
      data: this.faults.json(),
      drift: this.drift.json(),
      quality: this.quality ? { ...this.quality.json(), unjudged: this.unjudged } : null,
      bias: this.groups?.json() ?? null,
      attributions: this.#plan.baseline.attributions ? this.drift.attributionsJson() : null,
    };
  }

  #rateJson({ steady }: Moment): JsonObject {
    return {
      "1m": rounded(this.#rate.perSecond(steady, 1)),
      "15m": rounded(this.#rate.perSecond(steady, 15)),
    };
  }

  #writtenJson(): JsonObject {
    return { count: this.written, share: rounded(shareOf(this.written, this.predictions)) };
  }

  #comparedValue(outputs: Outputs): number {
    const { ref, threshold } = this.#plan.compared as NonNullable<WatchPlan["compared"]>;
    const value = numberOf(outputAt(outputs, ref));
    return threshold === undefined || Number.isNaN(value) ? value : Number(value >= threshold);
  }

  #attempted(now: Moment): void {
    this.#attempts++;
    if (this.alerts.isEmpty || this.#attempts % Math.ceil(this.#plan.windowSize / LOOKS) !== 0) return;
    this.alerts.check(this.#attempts, now, (on) => this.#figure(on, now));
  }

  #figure(on: AlertSource, now: Moment): Figure | undefined {
    switch (on) {
      case "input-drift":
        return this.drift.input();
      case "prediction-drift":
        return this.drift.prediction();
      case "attribution-shift":
        return this.drift.attribution();
      case "missing":
        return this.faults.share(["missing"]);
      case "out-of-range":
        return this.faults.share(["type", "out-of-range"]);
      case "errors":
        return figureOf(this.failures.share());
      case "latency":
        return figureOf(this.latencies(now)[1]);
      case "quality":
        return figureOf(this.quality?.figure());
      case "bias":
        return figureOf(this.groups?.difference());
    }
  }
}

const figureOf = (value: number | undefined): Figure | undefined =>
  value === undefined ? undefined : { value };
