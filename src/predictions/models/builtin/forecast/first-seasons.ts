import { mean } from "simple-statistics";
import { clamp } from "../numbers.ts";
import type { Season } from "./smoother.ts";

export interface Beginning {
  readonly level: number;
  readonly trend: number;
  readonly seasonal: readonly number[];
}

/** What smoothing begins with, from two whole seasons: as of the reading before the next season. */
export function beginningOf(readings: readonly number[], { length, isMultiplicative }: Season): Beginning {
  const [first, second] = [readings.slice(0, length), readings.slice(length, 2 * length)];
  const trend = (mean(second) - mean(first)) / length;
  const middle = (mean(first) + mean(second)) / 2;
  /** Of the line through both seasons. */
  const at = (i: number): number => middle + trend * (i - length + 0.5);
  const seasonal = first.map((_, i) => {
    const both = [i, i + length].map((j) => {
      const reading = readings[j] as number;
      if (!isMultiplicative) return reading - at(j);
      return at(j) > 0 && reading > 0 ? clamp(reading / at(j), 1e-3, 1e3) : 1;
    });
    return mean(both);
  });
  return { level: at(2 * length - 1), trend, seasonal };
}
