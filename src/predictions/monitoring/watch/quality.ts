// How good predictions were, judged by what turned out to be true.

import type { JsonObject, JsonValue } from "../../../base/json/json.ts";
import type { MonitoringSpec } from "../../model.ts";
import { rounded, shareOf } from "../statistics/rounded.ts";
import { numberOf } from "./output-numbers.ts";

export type Truth = NonNullable<MonitoringSpec["truth"]>;

/** Judged predictions that a window holds at most. */
const MOST = 10_000;
/** With fewer in the window there is no figure for alerts. */
const ENOUGH = 10;

export interface Quality {
  /** Judges a prediction; gives its error (of a classification 1 where it was wrong), or `undefined` where the truth cannot be used. */
  judge(predicted: number, truth: JsonValue): number | undefined;
  /** The mean absolute error of the window, or 1 − f1; `undefined` while it holds too few. */
  figure(): number | undefined;
  /** Named figures of the window. */
  figures(): Readonly<Record<string, number | undefined>>;
  json(): JsonObject;
}

export const qualityOf = (truth: Truth, windowSize: number): Quality =>
  truth.kind === "regression"
    ? new RegressionQuality(windowSize)
    : new ClassificationQuality(windowSize, truth.threshold);

/** The newest so many numbers. */
class Ring {
  readonly values: Float64Array;
  count = 0;
  #next = 0;

  constructor(windowSize: number) {
    this.values = new Float64Array(Math.min(windowSize, MOST));
  }

  /** Gives what falls out. */
  add(value: number): number | undefined {
    const full = this.count === this.values.length;
    const fallen = full ? this.values[this.#next] : undefined;
    this.values[this.#next] = value;
    this.#next = (this.#next + 1) % this.values.length;
    if (!full) this.count++;
    return fallen;
  }
}

class RegressionQuality implements Quality {
  readonly #window: Ring;
  readonly #total = { count: 0, absolute: 0, squared: 0, sum: 0 };

  constructor(windowSize: number) {
    this.#window = new Ring(windowSize);
  }

  judge(predicted: number, truth: JsonValue): number | undefined {
    const error = predicted - (typeof truth === "boolean" ? Number.NaN : numberOf(truth));
    if (!Number.isFinite(error)) return undefined;
    this.#window.add(error);
    addError(this.#total, error);
    return Math.abs(error);
  }

  figure(): number | undefined {
    return this.#window.count < ENOUGH ? undefined : this.figures().mae;
  }

  figures(): Readonly<Record<string, number | undefined>> {
    return regressionFigures(this.#windowSums());
  }

  json(): JsonObject {
    return {
      kind: "regression",
      window: regressionJson(this.#windowSums()),
      total: regressionJson(this.#total),
    };
  }

  /** Made anew each time, as what is added and taken away again leaves rounding errors. */
  #windowSums(): ErrorSums {
    const sums = { count: 0, absolute: 0, squared: 0, sum: 0 };
    for (let i = 0; i < this.#window.count; i++) addError(sums, this.#window.values[i] as number);
    return sums;
  }
}

interface ErrorSums {
  count: number;
  absolute: number;
  squared: number;
  sum: number;
}

function addError(sums: ErrorSums, error: number): void {
  sums.count++;
  sums.absolute += Math.abs(error);
  sums.squared += error * error;
  sums.sum += error;
}

function regressionFigures({ count, absolute, squared, sum }: ErrorSums) {
  const meanSquare = shareOf(squared, count);
  return {
    mae: shareOf(absolute, count),
    rmse: meanSquare === undefined ? undefined : Math.sqrt(meanSquare),
    bias: shareOf(sum, count),
  };
}

function regressionJson(sums: ErrorSums): JsonObject {
  const { mae, rmse, bias } = regressionFigures(sums);
  return { count: sums.count, mae: rounded(mae), rmse: rounded(rmse), bias: rounded(bias) };
}

/** What a judged prediction was, by what was predicted (2) and what is true (1). */
const TN = 0;
const FN = 1;
const FP = 2;
const TP = 3;

class ClassificationQuality implements Quality {
  readonly #threshold: number;
  readonly #window: Ring;
  readonly #counts = new Uint32Array(4);
  readonly #total = new Float64Array(4);

  constructor(windowSize: number, threshold: number) {
    this.#window = new Ring(windowSize);
    this.#threshold = threshold;
  }

  judge(predicted: number, truth: JsonValue): number | undefined {
    const actual = numberOf(truth);
    if (Number.isNaN(actual)) return undefined;
    const outcome = (predicted >= this.#threshold ? FP : TN) + (actual !== 0 ? FN : TN);
    const fallen = this.#window.add(outcome);
    if (fallen !== undefined) this.#counts[fallen] = (this.#counts[fallen] as number) - 1;
    for (const counts of [this.#counts, this.#total]) counts[outcome] = (counts[outcome] as number) + 1;
    return outcome === TP || outcome === TN ? 0 : 1;
  }

  figure(): number | undefined {
    const { f1 } = this.figures();
    return this.#window.count < ENOUGH || f1 === undefined ? undefined : 1 - f1;
  }

  figures(): Readonly<Record<string, number | undefined>> {
    return classificationFigures(this.#counts);
  }

  json(): JsonObject {
    return {
      kind: "classification",
      window: classificationJson(this.#counts),
      total: classificationJson(this.#total),
    };
  }
}

function classificationFigures(counts: ArrayLike<number>) {
  const [fn, fp, tp] = [FN, FP, TP].map((outcome) => counts[outcome] as number) as [number, number, number];
  return {
    precision: shareOf(tp, tp + fp),
    recall: shareOf(tp, tp + fn),
    f1: shareOf(2 * tp, 2 * tp + fp + fn),
  };
}

function classificationJson(counts: ArrayLike<number>): JsonObject {
  const [tp, fp, tn, fn] = [TP, FP, TN, FN].map((outcome) => counts[outcome] as number) as number[];
  const { precision, recall, f1 } = classificationFigures(counts);
  return {
    count: Array.from(counts).reduce((sum, count) => sum + count, 0),
    ...({ tp, fp, tn, fn } as JsonObject),
    precision: rounded(precision),
    recall: rounded(recall),
    f1: rounded(f1),
  };
}
