// How rare a figure is among those of its own past: the place that one in twenty exceeds is followed as it moves, and what
// lies beyond is taken to fall off exponentially, as fast as the exceedances seen did.

import { clamp } from "../numbers.ts";
import type { Layout } from "../packed.ts";

/** So many readings tell where the tail begins, where nothing else does. */
const TO_START = 64;
/** What is gathered of the first counts for at most so many mean excesses of what was begun with. */
const GATHERED_CLIP = 6;
const EXCEEDING = 0.05;
const LN_EXCEEDING = Math.log(EXCEEDING);
/** Of the mean excess, a step of the threshold. */
const STEP = 0.05;
/** The weight of a new exceedance: some fifty are remembered. */
const SHARE = 0.02;
/** Exceedances count for at most so many mean ones: outliers must not widen the tail that is to show them. */
const CLIP = 2;
/** What clipping takes off the mean of exponential exceedances. */
const UNCLIPPED = 1 / (1 - Math.exp(-CLIP));

/** What the mean excess may be: bounded noise is no reason to be sure, and outliers none to see nothing any more. */
export interface TailBounds {
  readonly least: number;
  readonly most: number;
  /** Of the threshold. */
  readonly mostThreshold: number;
}

export interface Tail {
  /** Begins anew; until enough figures have come, by this threshold and this mean excess. */
  begin(state: Float64Array, threshold: number, excess: number): void;
  /** Begins anew; until enough figures have come, nothing is rare. */
  forget(state: Float64Array): void;
  /** The share of figures that are expected to be at least as large, which are from 0 on; 1 while nothing is known. */
  rarity(state: Float64Array, figure: number): number;
  learn(state: Float64Array, figure: number): void;
}

export function tailIn(layout: Layout, { least, most, mostThreshold }: TailBounds): Tail {
  const threshold = layout.take(5);
  const [excess, seen, mean, squares] = [threshold + 1, threshold + 2, threshold + 3, threshold + 4];
  const at = (state: Float64Array, index: number): number => state[index] as number;

  const isKnown = (state: Float64Array): boolean => at(state, threshold) > 0;

  function gather(state: Float64Array, figure: number): void {
    const count = at(state, seen) + 1;
    const clipped = isKnown(state)
      ? Math.min(figure, at(state, threshold) + GATHERED_CLIP * at(state, excess))
      : figure;
    const before = clipped - at(state, mean);
    state[seen] = count;
    state[mean] = at(state, mean) + before / count;
    state[squares] = at(state, squares) + before * (clipped - at(state, mean));
    if (count < TO_START) return;
    const deviation = Math.sqrt(at(state, squares) / count);
    put(state, at(state, mean) + 1.645 * deviation, 0.4 * deviation);
  }

  function follow(state: Float64Array, figure: number): void {
    const unit = at(state, excess);
    const beyond = figure - at(state, threshold);
    const step = STEP * unit * ((beyond > 0 ? 1 : 0) - EXCEEDING);
    const grown = beyond > 0 ? unit + SHARE * (UNCLIPPED * Math.min(beyond, CLIP * unit) - unit) : unit;
    put(state, at(state, threshold) + step, grown);
  }

  function put(state: Float64Array, from: number, mean: number): void {
    state[excess] = clamp(mean, least, most);
    state[threshold] = clamp(from, at(state, excess), mostThreshold);
  }

  return {
    begin(state, from, by) {
      state[threshold] = from;
      state[excess] = by;
      state.fill(0, seen, squares + 1);
    },
    forget(state) {
      state.fill(0, threshold, squares + 1);
    },
    rarity(state, figure) {
      if (!isKnown(state)) return 1;
      const beyond = figure - at(state, threshold);
      if (beyond > 0) return EXCEEDING * Math.exp(-beyond / at(state, excess));
      return Math.exp(LN_EXCEEDING * (figure / at(state, threshold))); // from 1 at 0 on
    },
    learn(state, figure) {
      if (at(state, seen) < TO_START) gather(state, figure);
      else follow(state, figure);
    },
  };
}
