// The clusters of one thing: where each is, how many readings it has had of late, and how far they usually were.

import type { Layout } from "../packed.ts";
import type { Standard } from "./standard.ts";

/** The share of readings, of that which is each cluster's when all are of one size, below which a cluster is dead. */
const DEAD = 0.05;
/** The weight of a new distance. */
const DISTANCE_SHARE = 0.05;
/** Distances are capped there, so that they can be written. */
export const FAR = 1e150;

export interface CentresParameters {
  readonly k: number;
  readonly columns: number;
  /** The weight that older readings keep at each new one. */
  readonly kept: number;
  /** A reading is new that is so many times as far as usual. */
  readonly newDistance: number;
}

/** The clusters, whose numbers lie in the state of the model. */
export class Centres {
  readonly #parameters: CentresParameters;
  readonly #standard: Standard;
  readonly #places: number;
  readonly #weights: number;
  readonly #typical: number;

  constructor(layout: Layout, standard: Standard, parameters: CentresParameters) {
    this.#parameters = parameters;
    this.#standard = standard;
    this.#places = layout.take(parameters.k * parameters.columns);
    this.#weights = layout.take(parameters.k);
    this.#typical = layout.take(parameters.k);
  }

  /** Begins a cluster there. Where a column has no value, it is where `from` is. */
  begin(state: Float64Array, cluster: number, place: ArrayLike<number>, from = cluster): void {
    const { columns } = this.#parameters;
    for (let column = 0; column < columns; column++) {
      const x = place[column] as number;
      state[this.#place(cluster, column)] = Number.isNaN(x)
        ? (state[this.#place(from, column)] as number)
        : x;
    }
    state[this.#weights + cluster] = 1;
    state[this.#typical + cluster] = state[this.#typical + from] as number;
  }

  /** Root mean squares over the columns that have a value; those of clusters that there are not are infinite. */
  distances(state: Float64Array, readings: Float64Array): number[] {
    return Array.from({ length: this.#parameters.k }, (_, cluster) =>
      state[this.#weights + cluster] === 0
        ? Number.POSITIVE_INFINITY
        : this.#distance(state, readings, cluster),
    );
  }

  #distance(state: Float64Array, readings: Float64Array, cluster: number): number {
    let squares = 0;
    let there = 0;
    for (let column = 0; column < readings.length; column++) {
      const off = (readings[column] as number) - (state[this.#place(cluster, column)] as number);
      if (Number.isNaN(off)) continue;
      there++;
      squares += Math.min(FAR, Math.abs(off) / this.#standard.deviation(state, column)) ** 2;
    }
    return Math.sqrt(squares / there);
  }

  isFar(state: Float64Array, cluster: number, distance: number): boolean {
    const usual = state[this.#typical + cluster] as number;
    return distance > this.#parameters.newDistance * usual && distance > 1e-9;
  }

  /** One that has had (nearly) no readings for long, or never any. */
  dead(state: Float64Array): number | undefined {
    const { k } = this.#parameters;
    let total = 0;
    for (let i = 0; i < k; i++) total += state[this.#weights + i] as number;
    for (let i = 0; i < k; i++) if ((state[this.#weights + i] as number) < (DEAD * total) / k) return i;
    return undefined;
  }

  /** Counts a reading that the cluster was begun with. */
  count(state: Float64Array, cluster: number, distance: number): void {
    const weight = (state[this.#weights + cluster] as number) + 1;
    state[this.#weights + cluster] = weight;
    const usual = state[this.#typical + cluster] as number;
    state[this.#typical + cluster] = usual + (distance - usual) / weight;
  }

  /** Moves the cluster towards a reading of its own. */
  learn(state: Float64Array, cluster: number, readings: Float64Array, distance: number): void {
    const { k, kept, newDistance } = this.#parameters;
    for (let i = 0; i < k; i++) state[this.#weights + i] = (state[this.#weights + i] as number) * kept;
    const weight = (state[this.#weights + cluster] as number) + 1;
    state[this.#weights + cluster] = weight;
    const usual = state[this.#typical + cluster] as number;
    // One reading far off must not widen what it is judged by.
    const clipped = usual > 0 ? Math.min(distance, newDistance * usual) : distance;
    state[this.#typical + cluster] = usual + Math.max(DISTANCE_SHARE, 1 / weight) * (clipped - usual);
    const share = distance > clipped ? clipped / distance : 1;
    for (let column = 0; column < readings.length; column++) {
      const place = this.#place(cluster, column);
      const off = (readings[column] as number) - (state[place] as number);
      if (!Number.isNaN(off)) state[place] = (state[place] as number) + (share * off) / weight;
    }
  }

  #place(cluster: number, column: number): number {
    return this.#places + cluster * this.#parameters.columns + column;
  }
}

export function nearest(distances: readonly number[]): number {
  let best = 0;
  for (let i = 1; i < distances.length; i++) {
    if ((distances[i] as number) < (distances[best] as number)) best = i;
  }
  return best;
}
