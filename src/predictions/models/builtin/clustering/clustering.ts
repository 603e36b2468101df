// Which of k groups of states a thing is in: online k-means, seeded from its first readings.

import type { JsonValue } from "../../../../base/json/json.ts";
import type { Outputs, StreamingModel } from "../../scoring.ts";
import { tame } from "../numbers.ts";
import type { BuiltinOutput } from "../output.ts";
import { Layout, pack, stateBytes, unpack } from "../packed.ts";
import type { Parameters } from "../parameters.ts";
import { randomFrom } from "../random.ts";
import { Centres, FAR, nearest } from "./centres.ts";
import { seedCentres } from "./seeding.ts";
import { type Standard, standardIn } from "./standard.ts";

interface ClusteringParameters {
  readonly k: number;
  readonly halfLife: number;
  readonly seedSize: number;
  readonly newDistance: number;
  readonly seed: number;
}

interface ClusteringState {
  readonly numbers: Float64Array<ArrayBuffer>;
}

/** Of the first readings to the centres, by columns: so that centres are found within one step. */
const MOST_OFFS = 200_000;

export function clusteringParameters(given: Parameters, columns: number): ClusteringParameters {
  const k = given.integer("k", { min: 2, max: 64 }) ?? 3;
  const least = 2 * k;
  const seedSize = given.integer("seedSize", { min: least, max: 1_000 }) ?? Math.max(50, 5 * k);
  if (k * seedSize * columns > MOST_OFFS) {
    const most = Math.floor(MOST_OFFS / (k * columns));
    const allowed = most >= least ? `'seedSize' is ${most} at most with it` : "'k' must be smaller";
    throw given.refused("k", `and 'seedSize' are too large for ${columns} columns: ${allowed}`);
  }
  return {
    ...{ k, seedSize },
    halfLife: given.number("halfLife", { min: 10, max: 1_000_000 }) ?? 1_000,
    newDistance: given.number("newDistance", { min: 1, max: 1_000 }) ?? 3,
    seed: given.integer("seed", { min: 0, max: 0xffff_ffff }) ?? 1,
  };
}

export const clusteringOutputs = (k: number): readonly BuiltinOutput[] => [
  {
    name: "cluster",
    type: "integer",
    isNullable: true,
    meaning:
      "The number of the nearest cluster, from 0; null while the first readings are gathered, or without any value.",
  },
  {
    name: "distance",
    type: "number",
    isNullable: true,
    meaning: "How far it is, in standard deviations, per column.",
  },
  { name: "distances", type: "numbers", length: k, isNullable: true, meaning: "How far each cluster is." },
  { name: "isNew", type: "boolean", meaning: "Whether the reading is farther off than the cluster reaches." },
  {
    name: "confidence",
    type: "number",
    meaning: "From 0 to 1: how much nearer the cluster is than the next one.",
  },
];

export const clusteringModel = (
  parameters: ClusteringParameters,
  columns: number,
): StreamingModel<ClusteringState> => new Clustering(parameters, columns);

class Clustering implements StreamingModel<ClusteringState> {
  readonly kind = "streaming";
  readonly stateBytes: number;
  readonly #parameters: ClusteringParameters;
  readonly #columns: number;
  readonly #shape: string;
  readonly #layout = new Layout();
  readonly #count = this.#layout.take(1);
  readonly #standard: Standard;
  readonly #centres: Centres;
  /** Where the first readings are gathered. */
  readonly #first: number;
  readonly #readings: Float64Array;

  constructor(parameters: ClusteringParameters, columns: number) {
    const { k, newDistance, seedSize } = parameters;
    const kept = 2 ** (-1 / parameters.halfLife);
    this.#parameters = parameters;
    this.#columns = columns;
    this.#shape = ["clustering 1", columns, JSON.stringify(parameters)].join(" ");
    this.#standard = standardIn(this.#layout, columns, 1 / (1 - kept));
    this.#centres = new Centres(this.#layout, this.#standard, { k, columns, kept, newDistance });
    this.#first = this.#layout.take(seedSize * columns);
    this.#readings = new Float64Array(columns);
    this.stateBytes = stateBytes(this.#layout.size);
  }

  fresh(): ClusteringState {
    return { numbers: new Float64Array(this.#layout.size) };
  }

  step({ numbers }: ClusteringState, values: readonly number[]): Outputs {
    if (this.#take(numbers, values) === 0) return nothing;
    if (numbers[this.#count] === this.#parameters.seedSize) return this.#follow(numbers);
    this.#gather(numbers);
    return nothing;
  }

  save({ numbers }: ClusteringState): JsonValue {
    return pack(this.#shape, [numbers]);
  }

  restore(saved: JsonValue): ClusteringState | undefined {
    const state = this.fresh();
    return unpack(saved, this.#shape, [state.numbers]) ? state : undefined;
  }

  /** @returns how many columns have a value */
  #take(numbers: Float64Array, values: readonly number[]): number {
    let there = 0;
    for (let column = 0; column < this.#columns; column++) {
      const reading = tame(values[column]);
      this.#readings[column] = reading;
      if (Number.isNaN(reading)) continue;
      there++;
      this.#standard.learn(numbers, column, reading);
    }
    return there;
  }

  /** What is missing is where the column usually is. */
  #gather(numbers: Float64Array): void {
    const seen = numbers[this.#count] as number;
    const at = this.#first + seen * this.#columns;
    for (const [column, reading] of this.#readings.entries()) {
      numbers[at + column] = Number.isNaN(reading) ? this.#standard.mean(numbers, column) : reading;
    }
    numbers[this.#count] = seen + 1;
    if (seen + 1 === this.#parameters.seedSize) this.#seed(numbers);
  }

  #seed(numbers: Float64Array): void {
    const { k, seed, seedSize } = this.#parameters;
    const first = numbers.subarray(this.#first, this.#first + seedSize * this.#columns);
    const points = first.map((x, i) => this.#standardised(numbers, i % this.#columns, x));
    const { centres, labels, squares } = seedCentres(points, this.#columns, k, randomFrom(seed));
    for (const [cluster, centre] of centres.entries()) {
      const place = centre.map((x, column) => this.#inUnits(numbers, column, x));
      this.#centres.begin(numbers, cluster, place);
    }
    for (const [point, cluster] of labels.entries()) {
      const distance = Math.sqrt((squares[point] as number) / this.#columns);
      this.#centres.count(numbers, cluster, Math.min(FAR, distance));
    }
    first.fill(0);
  }

  #standardised(numbers: Float64Array, column: number, x: number): number {
    return (x - this.#standard.mean(numbers, column)) / this.#standard.deviation(numbers, column);
  }

  #inUnits(numbers: Float64Array, column: number, x: number): number {
    return this.#standard.mean(numbers, column) + x * this.#standard.deviation(numbers, column);
  }

  #follow(numbers: Float64Array): Outputs {
    const distances = this.#centres.distances(numbers, this.#readings);
    const cluster = nearest(distances);
    const distance = distances[cluster] as number;
    const isNew = this.#centres.isFar(numbers, cluster, distance);
    const dead = isNew ? this.#centres.dead(numbers) : undefined;
    if (dead === undefined) this.#centres.learn(numbers, cluster, this.#readings, distance);
    else this.#centres.begin(numbers, dead, this.#readings, cluster);
    return {
      ...{ cluster, distance, isNew },
      distances: distances.map((each) => Math.min(FAR, each)),
      confidence: sureness(distances, distance),
    };
  }
}

const nothing: Outputs = { cluster: null, distance: null, distances: null, isNew: false, confidence: 0 };

function sureness(distances: readonly number[], distance: number): number {
  const next = distances
    .filter((each) => each > distance)
    .reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  return Number.isFinite(next) ? 1 - distance / next : 1;
}
