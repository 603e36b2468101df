// How the predictions of a version, and what they were made from, differ from its first ones, window by window.

import { isArray, type JsonObject, type JsonValue, putKey } from "../../../base/json/json.ts";
import type { OutputRef } from "../../model.ts";
import type { Outputs } from "../../models/scoring.ts";
import { Comparison, type Difference } from "../statistics/comparison.ts";
import { referenceOf } from "../statistics/reference.ts";
import { rounded } from "../statistics/rounded.ts";
import { MeanShares, totalVariation } from "../statistics/shares.ts";
import { Baseline, type BaselinePlan } from "./baseline.ts";
import type { Figure } from "./figure.ts";
import { numberOf, outputAt } from "./output-numbers.ts";

/** With more columns only each second, third … prediction is taken, so that one costs no more. */
const COLUMNS_AT_ONCE = 64;
/** Columns of a complete baseline that are made ready for comparing at each prediction, since sorting their values takes a while. */
const READIED_AT_ONCE = 16;
/** A baseline that grows is stored so many times. */
const STEPS = 10;

interface ComparedOutput {
  readonly name: string;
  readonly ref: OutputRef;
  readonly comparison: Comparison;
}

interface Closed {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly columns: readonly Difference[];
  readonly outputs: readonly Difference[];
  readonly shares: readonly number[] | undefined;
}

export class Drift {
  readonly #plan: BaselinePlan;
  readonly #windowSize: number;
  readonly #stride: number;
  #passed = 0;
  #baseline: Baseline;
  /** What the baseline is compared by, as far as it is ready. */
  #columns: Comparison[] = [];
  #outputs: readonly ComparedOutput[] = [];
  readonly #attributions: MeanShares;
  #inWindow = 0;
  #closed: Closed | undefined;

  constructor(plan: BaselinePlan, windowSize: number) {
    this.#plan = plan;
    this.#windowSize = windowSize;
    this.#stride = Math.max(1, Math.ceil(plan.columns.length / COLUMNS_AT_ONCE));
    this.#baseline = new Baseline(plan);
    this.#attributions = new MeanShares(new Float64Array(plan.columns.length));
  }

  /** Takes a prediction; says whether the baseline has grown so much that it is to be stored. */
  add(values: readonly number[], outputs: Outputs, now: number): boolean {
    if (this.#passed++ % this.#stride !== 0) return false;
    if (!this.isComplete) return this.#learn(values, outputs);
    if (this.#columns.length < this.#plan.columns.length) this.#makeReady();
    else this.#compare(values, outputs, now);
    return false;
  }

  /** The baseline as it is stored; `undefined` where there is none yet. */
  async save(): Promise<string | undefined> {
    return this.#baseline.predictions === 0 ? undefined : this.#baseline.save();
  }

  /** Whether the baseline grows no more. */
  get isComplete(): boolean {
    return this.#baseline.isComplete;
  }

  /** Takes up a stored baseline, unless it is one of other columns, or this one is reset before it is read. */
  async restore(text: string): Promise<void> {
    const before = this.#baseline;
    const stored = await Baseline.restore(text, this.#plan);
    if (stored && this.#baseline === before) this.#begin(stored);
  }

  reset(): void {
    this.#begin(new Baseline(this.#plan));
  }

  /** The largest index of a column; absent while no window has ended. */
  input(): Figure | undefined {
    return largest(this.#closed?.columns, (i) => this.#plan.columns[i]);
  }

  prediction(): Figure | undefined {
    return largest(this.#closed?.outputs, (i) => this.#outputs[i]?.name);
  }

  attribution(): Figure | undefined {
    const before = this.#baseline.attributions.shares();
    const now = this.#closed?.shares;
    return before && now && { value: totalVariation(before, now) };
  }

  json(): JsonObject {
    return {
      baseline: {
        predictions: this.#baseline.predictions,
        of: this.#plan.size,
        complete: this.isComplete,
      },
      window: {
        predictions: this.#inWindow,
        of: this.#windowSize,
        last: this.#closed ? new Date(this.#closed.at).toISOString() : null,
      },
      inputs: differencesJson(this.#closed?.columns, (i) => this.#plan.columns[i]),
      outputs: differencesJson(this.#closed?.outputs, (i) => this.#outputs[i]?.name),
    };
  }

  attributionsJson(): JsonObject {
    const { columns } = this.#plan;
    return {
      baseline: sharesJson(columns, this.#baseline.attributions.shares()),
      window: sharesJson(columns, this.#closed?.shares),
      shift: rounded(this.attribution()?.value),
    };
  }

  #learn(values: readonly number[], outputs: Outputs): boolean {
    this.#baseline.add(values, outputs);
    const { predictions, isComplete } = this.#baseline;
    if (isComplete) this.#makeReady();
    return isComplete || predictions % Math.ceil(this.#plan.size / STEPS) === 0;
  }

  #begin(baseline: Baseline): void {
    this.#baseline = baseline;
    this.#inWindow = 0;
    this.#closed = undefined;
    this.#columns = [];
    this.#outputs = [];
    this.#attributions.clear();
    if (baseline.isComplete) this.#makeReady();
  }

  #makeReady(): void {
    const { columns, outputs } = this.#baseline;
    if (this.#columns.length === 0)
      this.#outputs = [...outputs].map(([name, { ref, sample }]) => ({
        ...{ name, ref },
        comparison: new Comparison(referenceOf(sample)),
      }));
    for (const sample of columns.slice(this.#columns.length, this.#columns.length + READIED_AT_ONCE))
      this.#columns.push(new Comparison(referenceOf(sample)));
  }

  #compare(values: readonly number[], outputs: Outputs, now: number): void {
    const columns = this.#columns;
    for (let i = 0; i < columns.length; i++) columns[i]?.add(values[i] ?? Number.NaN);
    for (const { ref, comparison } of this.#outputs) comparison.add(numberOf(outputAt(outputs, ref)));
    const contributions = this.#plan.attributions && outputAt(outputs, this.#plan.attributions);
    if (isArray(contributions)) this.#attributions.add(contributions);
    if (++this.#inWindow >= this.#windowSize) this.#close(now);
  }

  #close(now: number): void {
    this.#closed = {
      at: now,
      columns: this.#columns.map((column) => column.close()),
      outputs: this.#outputs.map(({ comparison }) => comparison.close()),
      shares: this.#attributions.shares(),
    };
    this.#attributions.clear();
    this.#inWindow = 0;
  }
}

type NameOf = (i: number) => string | undefined;

function largest(differences: readonly Difference[] | undefined, nameOf: NameOf): Figure | undefined {
  let found: Figure | undefined;
  for (const [i, { psi }] of (differences ?? []).entries())
    if (psi !== undefined && psi > (found?.value ?? -1)) found = { value: psi, column: nameOf(i) };
  return found;
}

function differencesJson(differences: readonly Difference[] | undefined, nameOf: NameOf): JsonObject {
  const json: { [name: string]: JsonValue } = {};
  for (const [i, { psi, ks, p }] of (differences ?? []).entries())
    putKey(json, nameOf(i) ?? String(i), { psi: rounded(psi), ks: rounded(ks), p: rounded(p) });
  return json;
}

function sharesJson(columns: readonly string[], shares: readonly number[] | undefined): JsonValue {
  if (!shares) return null;
  const json: { [name: string]: JsonValue } = {};
  for (const [i, name] of columns.entries()) putKey(json, name, rounded(shares[i]));
  return json;
}
