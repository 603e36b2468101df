// Watches one predictor: what is noted of each prediction goes to its version, and from there into status, metrics and alerts.

import type { Logger } from "pino";
import type { JsonObject, JsonValue } from "../../base/json/json.ts";
import { putKey } from "../../base/json/json.ts";
import type { Vector } from "../inputs/inputs.ts";
import type { Predictor } from "../model.ts";
import { type Moment, thisMoment } from "./moment.ts";
import type { Monitor, Scored } from "./monitor.ts";
import { rounded } from "./statistics/rounded.ts";
import { type BaselineStore, StoredBaselines } from "./stored-baselines.ts";
import type { AlertChange } from "./watch/alerts.ts";
import { groupName } from "./watch/groups.ts";
import { numberOf, outputAt } from "./watch/output-numbers.ts";
import { planOf, type Role, rolesOf, type WatchPlan } from "./watch/plan.ts";
import { type ProblemKind, Problems } from "./watch/problems.ts";
import { RememberedPredictions } from "./watch/remembered.ts";
import { WatchedVersion } from "./watch/version.ts";

/** An alert of a predictor that has begun or ended. */
export interface PredictorAlert extends AlertChange {
  readonly predictorId: string;
  readonly policyId: string | undefined;
}

export interface MonitorParts {
  readonly predictor: Predictor;
  /** Names of the columns of its vectors. */
  readonly columns: readonly string[];
  readonly store: BaselineStore;
  readonly log: Pick<Logger, "info" | "warn">;
  /** Things that wait for a prediction. */
  readonly queueLength: () => number;
  /** Tells of an alert. Must not throw. */
  readonly announce: (alert: PredictorAlert) => void;
  /** Why the model of a version cannot predict now. */
  readonly trouble?: (version: string) => string | undefined;
  readonly now?: () => Moment;
  /** Predictions that wait for a truth; those of this many are remembered. */
  readonly remembered?: number;
}

/** A monitor, and what the metrics tell of it. */
export interface PredictorMonitor extends Monitor {
  readonly predictorId: string;
  readonly queueLength: () => number;
  readonly problemCounts: ReadonlyMap<ProblemKind, number>;
  readonly versions: ReadonlyMap<string, WatchedVersion>;
  /** Its clocks. */
  readonly now: () => Moment;
}

/** Versions that are watched; beyond, the one that was watched first is forgotten. */
const MOST_VERSIONS = 16;
const MOST_REMEMBERED = 100_000;
/** Predictions of a thing and a version that wait for a truth. */
const REMEMBERED_PER_THING = 8;

/**
 * Begins to watch a predictor as it is: a changed one is watched anew. Baselines are loaded in the meantime; until they are there, no
 * prediction is compared. Its calls cost constant time and never throw; it holds nothing that grows with things or time.
 */
export function predictorMonitor(parts: MonitorParts): PredictorMonitor {
  return new WatchedPredictor(parts);
}

class WatchedPredictor implements PredictorMonitor {
  readonly predictorId: string;
  readonly queueLength: () => number;
  readonly now: () => Moment;
  readonly versions = new Map<string, WatchedVersion>();
  readonly #parts: MonitorParts;
  readonly #plan: WatchPlan;
  readonly #roles: ReadonlyMap<string, Role>;
  readonly #problems = new Problems();
  readonly #baselines: StoredBaselines;
  readonly #remembered: RememberedPredictions | undefined;
  /** Before it was known what was stored. */
  readonly #reset = new Set<string>();
  #isAllReset = false;
  #unusableTruths = 0;
  readonly #since: Moment;

  constructor(parts: MonitorParts) {
    const { predictor, columns, store, now = thisMoment, remembered = MOST_REMEMBERED } = parts;
    this.#parts = parts;
    this.predictorId = predictor.id;
    this.queueLength = parts.queueLength;
    this.now = now;
    this.#since = now();
    this.#plan = planOf(predictor, columns);
    this.#roles = rolesOf(predictor);
    for (const version of this.#roles.keys()) this.#version(version);
    if (predictor.monitoring.truth)
      this.#remembered = new RememberedPredictions(
        remembered,
        REMEMBERED_PER_THING * this.#roles.size,
        ({ version }) => this.#unjudged(version),
      );
    this.#baselines = new StoredBaselines(
      predictor.id,
      store,
      (baselines) => this.#restore(baselines),
      (err) => parts.log.warn({ err, predictor: predictor.id }, "Baselines could not be read or stored."),
    );
    this.#baselines.proceed(this.#since.steady);
  }

  get problemCounts(): ReadonlyMap<ProblemKind, number> {
    return this.#problems.counts;
  }

  scored(prediction: Scored): void {
    const now = this.now();
    const version = this.#version(prediction.version, prediction.role);
    const hasGrown = version.scored(prediction, this.#baselines.isLoaded, now);
    if (hasGrown) this.#baselines.save(version.name, () => version.drift.save());
    this.#baselines.proceed(now.steady);
    if (this.#remembered) this.#remember(prediction, this.#remembered);
  }

  written(version: string): void {
    this.#version(version).written++;
  }

  failed(version: string, reason: string, detail: string): void {
    this.#version(version).failed(reason, detail, this.now());
  }

  skipped(version: string, vector: Vector): void {
    this.#version(version).skip(vector, this.now());
  }

  truth(thingId: string, value: JsonValue, timestamp: number): void {
    const { truth } = this.#plan;
    if (!truth || !this.#remembered) return;
    for (const prediction of this.#remembered.judge(thingId, timestamp, truth.withinMs)) {
      const version = this.versions.get(prediction.version);
      const error = version?.quality?.judge(prediction.value, value);
      if (error === undefined) this.#unusableTruths++;
      else if (prediction.group !== undefined) version?.groups?.judged(prediction.group, error);
    }
  }

  problem(kind: ProblemKind, thingId: string, detail: string): void {
    this.#problems.add(kind, thingId, detail, this.now().wall);
  }

  wellAgain(kind: ProblemKind, thingId: string): void {
    this.#problems.clear(kind, thingId);
  }

  status(): JsonObject {
    const now = this.now();
    const versions: { [name: string]: JsonValue } = {};
    for (const version of this.versions.values())
      putKey(versions, version.name, version.json(now, this.#parts.trouble?.(version.name)));
    return {
      since: new Date(this.#since.wall).toISOString(),
      queue: rounded(this.queueLength()),
      versions,
      ...(this.#plan.truth && { unusableTruths: this.#unusableTruths }),
      problems: this.#problems.json(),
      alerts: [...this.versions.values()].flatMap(({ alerts }) => alerts.json()),
    };
  }

  resetBaseline(version?: string): void {
    if (!this.#baselines.isLoaded) {
      if (version === undefined) this.#isAllReset = true;
      else this.#reset.add(version);
    }
    for (const { name, drift } of this.versions.values())
      if (version === undefined || version === name) drift.reset();
    this.#baselines.delete(version);
    this.#baselines.proceed(this.now().steady);
  }

  async stop(): Promise<void> {
    for (const { name, drift } of this.versions.values())
      if (!drift.isComplete) this.#baselines.save(name, () => drift.save());
    await this.#baselines.finish();
  }

  #version(name: string, role?: Role): WatchedVersion {
    const known = this.versions.get(name);
    if (known) return known;
    for (const oldest of this.versions.keys()) {
      if (this.versions.size < MOST_VERSIONS) break;
      this.versions.delete(oldest);
    }
    const fresh = new WatchedVersion(
      name,
      role ?? this.#roles.get(name) ?? "active",
      this.#plan,
      this.now(),
      (change) => this.#tell(change),
    );
    this.versions.set(name, fresh);
    return fresh;
  }

  #remember({ thingId, version, outputs, timestamp, group }: Scored, among: RememberedPredictions): void {
    const value = this.#plan.truth ? numberOf(outputAt(outputs, this.#plan.truth.output)) : Number.NaN;
    if (!Number.isFinite(value)) return;
    among.add(thingId, { version, timestamp, value, group: groupName(group), isJudged: false });
  }

  #unjudged(version: string): void {
    const watched = this.versions.get(version);
    if (watched) watched.unjudged++;
  }

  /** Takes up what was stored, but for what has been reset in the meantime. */
  async #restore(baselines: ReadonlyMap<string, string>): Promise<void> {
    for (const { name, drift } of [...this.versions.values()]) {
      const text = baselines.get(name);
      const isWanted = !this.#isAllReset && !this.#reset.has(name);
      if (text !== undefined && isWanted) await drift.restore(text);
    }
    this.#reset.clear();
  }

  #tell(change: AlertChange): void {
    const { predictor, log, announce } = this.#parts;
    const { version, alert, state, value, column } = change;
    const figures = { predictor: predictor.id, version, on: alert.on, above: alert.above, value, column };
    if (state === "raised") log.warn(figures, "A figure of a predictor is above what its alert allows.");
    else log.info(figures, "A figure of a predictor is no more above what its alert allows.");
    announce({ ...change, predictorId: predictor.id, policyId: predictor.policyId });
  }
}
