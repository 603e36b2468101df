// What the first predictions of a version were like.

import { setImmediate } from "node:timers/promises";
import { isArray, isObject, type JsonObject, type JsonValue } from "../../../base/json/json.ts";
import { printPath, readPath } from "../../../base/json/pointer.ts";
import type { OutputRef } from "../../model.ts";
import type { Outputs } from "../../models/scoring.ts";
import { Sample } from "../statistics/sample.ts";
import { MeanShares } from "../statistics/shares.ts";
import { numberOf, numericRefs, outputAt } from "./output-numbers.ts";

/** What baselines of a predictor are made by. */
export interface BaselinePlan {
  readonly columns: readonly string[];
  /** So many predictions make one. */
  readonly size: number;
  /** Which output tells the contributions of columns. */
  readonly attributions: OutputRef | undefined;
  /** Names what the columns are made of; a stored baseline of another fingerprint means nothing. */
  readonly fingerprint: string;
}

/** So many values are kept of each column: all of a baseline of usual size, a uniform sample of a larger one. */
const MOST_VALUES = 1_000;
const LEAST_VALUES = 100;
/** So many are kept of all columns. */
const VALUES = 262_144;
/** So many numbers of what a model says are compared. */
const MOST_OUTPUTS = 32;

/** The name of an output in what is shown and stored. */
export const nameOfRef = (ref: OutputRef): string => printPath(ref).slice(1);

export interface SampledOutput {
  readonly ref: OutputRef;
  readonly sample: Sample;
}

export class Baseline {
  readonly plan: BaselinePlan;
  readonly columns: readonly Sample[];
  readonly outputs = new Map<string, SampledOutput>();
  readonly attributions: MeanShares;
  #predictions = 0;

  constructor(plan: BaselinePlan, columns?: readonly Sample[], attributions?: MeanShares) {
    this.plan = plan;
    this.columns = columns ?? plan.columns.map(() => new Sample(capacityOf(plan)));
    this.attributions = attributions ?? new MeanShares(new Float64Array(plan.columns.length));
  }

  /** Predictions it is made of. */
  get predictions(): number {
    return this.#predictions;
  }

  get isComplete(): boolean {
    return this.#predictions >= this.plan.size;
  }

  add(values: readonly number[], outputs: Outputs): void {
    for (let i = 0; i < this.columns.length; i++) this.columns[i]?.add(values[i] ?? Number.NaN);
    this.#discover(outputs);
    for (const { ref, sample } of this.outputs.values()) sample.add(numberOf(outputAt(outputs, ref)));
    const contributions = this.plan.attributions && outputAt(outputs, this.plan.attributions);
    if (isArray(contributions)) this.attributions.add(contributions);
    this.#predictions++;
  }

  /**
   * As a JSON text, for `restore`. A large one is made in turns; what is added meanwhile counts in some columns and not in others, which
   * changes nothing, as each is compared by itself.
   */
  async save(): Promise<string> {
    const whole = {
      fingerprint: this.plan.fingerprint,
      predictions: this.#predictions,
      outputs: [...this.outputs.values()].map(({ ref, sample }) => ({
        ref: nameOfRef(ref),
        ...sample.save(),
      })),
      attributions: this.attributions.save(),
    };
    const columns = await inTurns(this.columns, this.plan, (sample) => JSON.stringify(sample.save()));
    return `${JSON.stringify(whole).slice(0, -1)},"columns":[${columns.join(",")}]}`;
  }

  /** Takes up what `save` gave, a large one in turns; `undefined` where that is not of such a plan. */
  static async restore(text: string, plan: BaselinePlan): Promise<Baseline | undefined> {
    const saved = parsed(text);
    if (saved?.fingerprint !== plan.fingerprint || typeof saved.predictions !== "number") return undefined;
    const columns = await samplesOf(saved.columns, plan);
    const outputs = await samplesOf(saved.outputs, plan);
    if (columns?.length !== plan.columns.length || !outputs) return undefined;
    const baseline = new Baseline(plan, columns, sharesOf(saved.attributions, plan));
    for (const [i, { ref }] of (saved.outputs as readonly JsonObject[]).entries())
      baseline.outputs.set(String(ref), { ref: readPath(String(ref)), sample: outputs[i] as Sample });
    baseline.#predictions = saved.predictions;
    return baseline;
  }

  /** An output may be absent at first, as while a model warms up. */
  #discover(outputs: Outputs): void {
    if (this.outputs.size >= MOST_OUTPUTS) return;
    for (const ref of numericRefs(outputs, MOST_OUTPUTS, this.plan.attributions)) {
      const name = nameOfRef(ref);
      if (this.outputs.size < MOST_OUTPUTS && !this.outputs.has(name))
        this.outputs.set(name, { ref, sample: new Sample(capacityOf(this.plan), this.#predictions) });
    }
  }
}

const capacityOf = ({ columns, size }: BaselinePlan): number =>
  Math.min(size, MOST_VALUES, Math.max(LEAST_VALUES, Math.floor(VALUES / columns.length)));

function parsed(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as JsonValue;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** So many values are read or written before others have their turn: it takes about a millisecond. */
const VALUES_IN_A_TURN = 16_384;

/** What is made of each sample of a baseline, or of what was saved of it. */
async function inTurns<From, To>(
  samples: readonly From[],
  plan: BaselinePlan,
  make: (sample: From) => To,
): Promise<readonly To[]> {
  const atOnce = Math.ceil(VALUES_IN_A_TURN / capacityOf(plan));
  const made: To[] = [];
  for (let from = 0; from < samples.length; from += atOnce) {
    if (from > 0) await setImmediate();
    made.push(...samples.slice(from, from + atOnce).map(make));
  }
  return made;
}

async function samplesOf(
  saved: JsonValue | undefined,
  plan: BaselinePlan,
): Promise<readonly Sample[] | undefined> {
  if (!isArray(saved)) return undefined;
  const samples = await inTurns(saved, plan, (one) => Sample.restore(one, capacityOf(plan)));
  return samples.every((sample) => sample !== undefined) ? samples : undefined;
}

function sharesOf(saved: JsonValue | undefined, { columns }: BaselinePlan): MeanShares | undefined {
  if (!isObject(saved) || !isArray(saved.sums) || typeof saved.count !== "number") return undefined;
  if (saved.sums.length !== columns.length) return undefined;
  return new MeanShares(Float64Array.from(saved.sums as readonly number[]), saved.count);
}
