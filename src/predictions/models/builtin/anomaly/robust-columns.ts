// Where the readings of each column lie, and how far apart, by exponentially weighted estimates that one outlier moves
// by little, however far out it is.

import { mean, median, medianAbsoluteDeviation } from "simple-statistics";
import { clamp, tame } from "../numbers.ts";
import type { Layout } from "../packed.ts";

/** A reading counts as one so many scales away at most (Huber). */
const CLIP = 3;
/** Of normal noise: the standard deviation by the median and by the mean of absolute deviations, the latter clipped. */
const BY_MEDIAN = 1.4826;
const BY_MEAN = 1.2533;
const BY_CLIPPED_MEAN = 1.2545;
/** Of the location: constants have a scale, too. */
const LEAST_RELATIVE = 1e-9;
const LEAST = 1e-12;

export interface RobustColumns {
  readonly count: number;
  isKnown(state: Float64Array, column: number): boolean;
  location(state: Float64Array, column: number): number;
  scale(state: Float64Array, column: number): number;
  /**
   * Puts how many scales each reading is off into `z`, as of before it, and then learns from it. NaN where there is no reading
   * or too few have been seen. @param share the weight of the new reading
   */
  step(state: Float64Array, readings: readonly number[], share: number, z: Float64Array): void;
}

/**
 * After `warmUp` readings a column is known; when the newest so many were all outliers, they are taken for usual.
 * @param leastScale what a scale is at least
 */
export function robustColumnsIn(
  layout: Layout,
  count: number,
  warmUp: number,
  leastScale: number,
): RobustColumns {
  const stride = 4 + warmUp;
  const start = layout.take(count * stride);
  const of = (column: number): number => start + column * stride;
  const scaleAt = (state: Float64Array, at: number): number =>
    Math.max(state[at + 1] as number, leastScale, LEAST, LEAST_RELATIVE * Math.abs(state[at] as number));

  function recent(state: Float64Array, at: number): { middle: number; deviation: number } {
    const readings = Array.from(state.subarray(at + 4, at + stride));
    const middle = median(readings);
    const deviation = BY_MEDIAN * medianAbsoluteDeviation(readings);
    if (deviation > 0) return { middle, deviation };
    return { middle, deviation: BY_MEAN * mean(readings.map((x) => Math.abs(x - middle))) };
  }

  function begin(state: Float64Array, at: number): void {
    const { middle, deviation } = recent(state, at);
    state[at] = middle;
    state[at + 1] = deviation;
  }

  /** Takes in where the column is now beside where it was: it may go back, as what is on and off does. */
  function widen(state: Float64Array, at: number): void {
    const { middle, deviation } = recent(state, at);
    const half = (middle - (state[at] as number)) / 2;
    state[at] = (state[at] as number) + half;
    state[at + 1] = Math.max(scaleAt(state, at), deviation, Math.abs(half));
    state[at + 3] = 0;
  }

  function learn(state: Float64Array, at: number, off: number, z: number, share: number): void {
    const scale = scaleAt(state, at);
    const clipped = clamp(off, -CLIP * scale, CLIP * scale);
    state[at] = (state[at] as number) + share * clipped;
    state[at + 1] = scale + share * (BY_CLIPPED_MEAN * Math.abs(clipped) - scale);
    const outliers = Math.abs(z) > CLIP ? (state[at + 3] as number) + 1 : 0;
    state[at + 3] = outliers;
    if (outliers >= warmUp) widen(state, at);
  }

  function stepColumn(state: Float64Array, at: number, reading: number, share: number): number {
    const seen = state[at + 2] as number;
    state[at + 2] = seen + 1;
    state[at + 4 + (seen % warmUp)] = reading;
    if (seen < warmUp) {
      if (seen + 1 === warmUp) begin(state, at);
      return Number.NaN;
    }
    const off = reading - (state[at] as number);
    const z = off / scaleAt(state, at);
    learn(state, at, off, z, share);
    return z;
  }

  return {
    count,
    isKnown: (state, column) => (state[of(column) + 2] as number) >= warmUp,
    location: (state, column) => state[of(column)] as number,
    scale: (state, column) => scaleAt(state, of(column)),
    step(state, readings, share, z) {
      for (let column = 0; column < count; column++) {
        const reading = tame(readings[column]);
        z[column] = Number.isNaN(reading) ? Number.NaN : stepColumn(state, of(column), reading, share);
      }
    },
  };
}
