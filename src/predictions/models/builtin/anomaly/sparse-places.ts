// The trees of one thing at work: the range that each column is seen in, the windows, and what is odd for this thing.

import { tame } from "../numbers.ts";
import type { Layout } from "../packed.ts";
import { halfSpaces } from "./half-spaces.ts";
import { massesIn } from "./masses.ts";
import type { RobustColumns } from "./robust-columns.ts";
import { tailIn } from "./tail.ts";

/** A column is seen from so many scales below its location to so many above. */
const REACH = 4;
/** The ranges are learned anew where, in such a share of the columns, locations are off by so many scales, or scales by such a factor. */
const DRIFT = 2;
const STRETCH = 2.5;
const DRIFTED_SHARE = 0.25;
/** The first window is no longer than this, so that the trees join in soon; each later one is twice as long, up to `window`. */
const FIRST_WINDOW = 64;
/** In halvings. Where a place is half as dense, it is half as likely that a reading lies in one so sparse, or less so. */
const bounds = { least: Math.LOG2E, most: 8, mostThreshold: 40 };

export interface TreesParameters {
  readonly trees: number;
  readonly depth: number;
  readonly window: number;
  readonly seed: number;
}

export interface SparsePlaces {
  /** What the array of masses must hold. */
  readonly size: number;
  /** The share of readings expected to lie in places so sparse; 1 while it is not known. Learns from the reading. */
  step(state: Float64Array, masses: Uint16Array, readings: readonly number[], blame: Float64Array): number;
}

export function sparsePlacesIn(
  layout: Layout,
  columns: RobustColumns,
  parameters: TreesParameters,
): SparsePlaces {
  const { trees, depth, window, seed } = parameters;
  const masses = massesIn(halfSpaces(columns.count, trees, depth, seed));
  const tail = tailIn(layout, bounds);
  const [filled, length, reference] = [layout.take(1), layout.take(1), layout.take(1)];
  const ranges = layout.take(2 * columns.count);
  const place = new Float64Array(columns.count);

  function hasDrifted(state: Float64Array): boolean {
    let drifted = 0;
    for (let column = 0; column < columns.count; column++) {
      if (!columns.isKnown(state, column)) continue;
      const was = state[ranges + 2 * column + 1] as number;
      const stretch = columns.scale(state, column) / was;
      const moved = Math.abs(columns.location(state, column) - (state[ranges + 2 * column] as number));
      if (!(stretch < STRETCH && stretch > 1 / STRETCH && moved < DRIFT * was)) drifted++;
    }
    return drifted > DRIFTED_SHARE * columns.count;
  }

  function beginAnew(state: Float64Array, counts: Uint16Array): void {
    counts.fill(0);
    tail.forget(state);
    state[filled] = 0;
    state[reference] = 0;
    state[length] = Math.min(window, FIRST_WINDOW);
    for (let column = 0; column < columns.count; column++) {
      const isKnown = columns.isKnown(state, column);
      state[ranges + 2 * column] = columns.location(state, column);
      state[ranges + 2 * column + 1] = isKnown ? columns.scale(state, column) : 0;
    }
  }

  /** What is missing, or not known yet, counts as usual. */
  function locate(state: Float64Array, readings: readonly number[]): void {
    for (let column = 0; column < columns.count; column++) {
      const scale = state[ranges + 2 * column + 1] as number;
      const off = tame(readings[column]) - (state[ranges + 2 * column] as number);
      place[column] = scale > 0 && !Number.isNaN(off) ? 0.5 + off / (2 * REACH * scale) : 0.5;
    }
  }

  function turnWindow(state: Float64Array, counts: Uint16Array): void {
    if (hasDrifted(state)) {
      beginAnew(state, counts);
      return;
    }
    masses.turn(counts);
    state[reference] = state[filled] as number;
    state[filled] = 0;
    state[length] = Math.min(window, 2 * (state[length] as number));
  }

  return {
    size: masses.size,
    step(state, counts, readings, blame) {
      if (state[length] === 0) beginAnew(state, counts);
      locate(state, readings);
      let rarity = 1;
      if ((state[reference] as number) > 0) {
        const sparseness = masses.sparseness(counts, state[reference] as number, place, blame);
        rarity = tail.rarity(state, sparseness);
        tail.learn(state, sparseness);
      }
      masses.count(counts, place);
      state[filled] = (state[filled] as number) + 1;
      if (state[filled] === state[length]) turnWindow(state, counts);
      return rarity;
    },
  };
}
