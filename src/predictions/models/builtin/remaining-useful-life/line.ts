// A straight line through readings, where older ones count less and those far off less, too. Kept as weighted moments
// about the mean, which stay exact however far from zero times and readings are.

import type { Layout } from "../packed.ts";

/** What the line says, with times in days. */
export interface Fit {
  readonly meanTime: number;
  readonly mean: number;
  readonly slope: number;
  /** Variances of the mean and of the slope, which do not depend on one another. */
  readonly meanVariance: number;
  readonly slopeVariance: number;
  /** The share of the variance that the line explains. */
  readonly r2: number;
}

export interface Line {
  /** What it says of a time; NaN before the first reading. */
  at(state: Float64Array, time: number): number;
  /** `keeps` is the weight that all readings before it keep. */
  learn(state: Float64Array, time: number, reading: number, keeps: number): void;
  /** `undefined` where readings are too few, or all of one time. */
  fit(state: Float64Array): Fit | undefined;
}

/** Off by more than so many scales, a reading counts less (Huber). */
const CLIP = 2.5;
/** How fast the scale follows, and by how much it grows at most from one reading. */
const SCALE_SHARE = 0.05;
const SCALE_GROWTH = 10;
/** As many readings are taken as they come. */
const TRUSTED = 8;
const ENOUGH = 4;
/** The weight of a new product of neighbouring errors. */
const CORRELATION_SHARE = 0.05;

export function lineIn(layout: Layout): Line {
  const start = layout.take(12);
  const [weight, weights2, meanTime, mean] = [start, start + 1, start + 2, start + 3];
  const [timeTime, timeReading, readingReading] = [start + 4, start + 5, start + 6];
  const [scale, seen, lastOff, offs2, neighbours] = [start + 7, start + 8, start + 9, start + 10, start + 11];
  const at = (state: Float64Array, index: number): number => state[index] as number;

  const slopeOf = (state: Float64Array): number =>
    at(state, timeTime) > 0 ? at(state, timeReading) / at(state, timeTime) : 0;

  /** Errors in a row that are alike say less than their number. */
  function effective(state: Float64Array): number {
    const count = at(state, weight) ** 2 / at(state, weights2);
    const correlation = at(state, offs2) > 0 ? at(state, neighbours) / at(state, offs2) : 0;
    const alike = Math.min(0.95, Math.max(0, correlation));
    return Math.max(2, (count * (1 - alike)) / (1 + alike));
  }

  /** @returns the weight of a reading that is so far off, from 0 to 1 */
  function learnOff(state: Float64Array, off: number): number {
    const before = at(state, scale);
    const size = Math.abs(off);
    state[offs2] = (1 - CORRELATION_SHARE) * at(state, offs2) + CORRELATION_SHARE * off * off;
    state[neighbours] =
      (1 - CORRELATION_SHARE) * at(state, neighbours) + CORRELATION_SHARE * off * at(state, lastOff);
    state[lastOff] = off;
    if (at(state, seen) < TRUSTED || before === 0) {
      state[scale] = before + (1.2533 * size - before) / (at(state, seen) + 1);
      return 1;
    }
    state[scale] = before + SCALE_SHARE * (1.2533 * Math.min(size, SCALE_GROWTH * before) - before);
    return size > CLIP * before ? (CLIP * before) / size : 1;
  }

  function add(state: Float64Array, time: number, reading: number, w: number, keeps: number): void {
    const kept = at(state, weight) * keeps;
    const sum = kept + w;
    const [dTime, dReading] = [time - at(state, meanTime), reading - at(state, mean)];
    const both = (kept * w) / sum;
    state[weight] = sum;
    state[weights2] = at(state, weights2) * keeps * keeps + w * w;
    state[meanTime] = at(state, meanTime) + (dTime * w) / sum;
    state[mean] = at(state, mean) + (dReading * w) / sum;
    state[timeTime] = at(state, timeTime) * keeps + both * dTime * dTime;
    state[timeReading] = at(state, timeReading) * keeps + both * dTime * dReading;
    state[readingReading] = at(state, readingReading) * keeps + both * dReading * dReading;
  }

  const expected = (state: Float64Array, time: number): number =>
    at(state, seen) === 0 ? Number.NaN : at(state, mean) + slopeOf(state) * (time - at(state, meanTime));

  return {
    at: expected,
    learn(state, time, reading, keeps) {
      // Two points make any line: nothing is off before the third.
      const w = at(state, seen) < 2 ? 1 : learnOff(state, reading - expected(state, time));
      add(state, time, reading, w, keeps);
      state[seen] = at(state, seen) + 1;
    },
    fit(state) {
      if (at(state, seen) < ENOUGH || !(at(state, timeTime) > 0)) return undefined;
      const slope = slopeOf(state);
      const total = at(state, readingReading);
      const left = Math.max(0, total - slope * at(state, timeReading));
      const count = effective(state);
      const variance = (left / at(state, weight)) * (count / Math.max(1, count - 2));
      return {
        ...{ meanTime: at(state, meanTime), mean: at(state, mean), slope },
        meanVariance: variance / count,
        slopeVariance: variance / (count * (at(state, timeTime) / at(state, weight))),
        r2: total > 0 ? 1 - left / total : 0,
      };
    },
  };
}
