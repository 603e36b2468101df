// How unusual a reading is for its thing: by how far columns are off from where they have been (robust z-scores), and by
// how sparse the place is where they are together (half-space trees). Each part is judged by its own past of the thing.

import { probit } from "simple-statistics";
import type { JsonValue } from "../../../../base/json/json.ts";
import type { Outputs, StreamingModel } from "../../scoring.ts";
import { type Forgetting, forgettingOf, type Span } from "../forgetting.ts";
import type { BuiltinOutput } from "../output.ts";
import { Layout, pack, stateBytes, unpack } from "../packed.ts";
import type { Parameters } from "../parameters.ts";
import { scoreOf, shares, togetherRare } from "./parts.ts";
import { type RobustColumns, robustColumnsIn } from "./robust-columns.ts";
import { type SparsePlaces, sparsePlacesIn, type TreesParameters } from "./sparse-places.ts";
import { type Tail, tailIn } from "./tail.ts";

interface AnomalyParameters extends TreesParameters {
  readonly threshold: number;
  readonly halfLife: Span;
  readonly warmUp: number;
  readonly minScale: number;
}

interface AnomalyState {
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly masses: Uint16Array<ArrayBuffer>;
}

/** Of all trees of a model together: each thing counts its readings in them. */
const MOST_NODES = 65_536;

export function anomalyParameters(given: Parameters): AnomalyParameters {
  const trees = given.integer("trees", { min: 0, max: 100 }) ?? 10;
  const depth = given.integer("depth", { min: 1, max: 12 }) ?? 5;
  if (trees * 2 ** depth > MOST_NODES) {
    const most = Math.floor(Math.log2(MOST_NODES / trees));
    throw given.refused("depth", `must be ${most} at most with ${trees} trees`);
  }
  return {
    threshold: given.number("threshold", { min: 0, max: 1 }) ?? 0.95,
    halfLife: given.span("halfLife", { min: 1, max: 1_000_000 }) ?? { count: 250 },
    warmUp: given.integer("warmUp", { min: 5, max: 1_000 }) ?? 30,
    minScale: given.number("minScale", { min: 0, max: 1e100 }) ?? 0,
    ...{ trees, depth },
    window: given.integer("window", { min: 16, max: 65_535 }) ?? 250,
    seed: given.integer("seed", { min: 0, max: 0xffff_ffff }) ?? 1,
  };
}

export const anomalyOutputs = (columns: readonly string[]): readonly BuiltinOutput[] => [
  {
    name: "score",
    type: "number",
    meaning: "How unusual the reading is, from 0 to 1; 0 while too little is known.",
  },
  { name: "anomalous", type: "boolean", meaning: "Whether the score is at least the threshold." },
  {
    name: "zscore",
    type: "number",
    meaning: "Of the column that is off the most: by how many robust standard deviations, with its sign.",
  },
  {
    name: "attributions",
    type: "numbers",
    length: columns.length,
    meaning: "The share of each column in the score; they add up to 1, or are all 0 where there is no score.",
  },
  {
    name: "confidence",
    type: "number",
    meaning: "From 0 to 1: how much has been learned, and how many columns have a value.",
  },
];

/** A reading after a long while counts so much at most. */
const MOST_SHARE = 0.1;
/** How far one column is off: by normal noise the mean excess is 0.38, by noise with heavy tails (Laplace) 0.8. */
const ofOne = { least: 0.25, most: 0.8, mostThreshold: 4 };
/** Of many columns some have heavier tails still, so that what is followed is the logarithm. */
const ofMany = { least: 0.1, most: 0.2, mostThreshold: 100 };
/** While a thing's own tail is not known. */
const CAUTIOUS = { ofOne: 0.8, ofMany: 0.15 };

export const anomalyModel = (
  parameters: AnomalyParameters,
  columns: readonly string[],
): StreamingModel<AnomalyState> => new Anomaly(parameters, columns.length);

class Anomaly implements StreamingModel<AnomalyState> {
  readonly kind = "streaming";
  readonly stateBytes: number;
  readonly #parameters: AnomalyParameters;
  readonly #shape: string;
  readonly #layout = new Layout();
  readonly #readings = this.#layout.take(1);
  readonly #last = this.#layout.take(1);
  readonly #columns: RobustColumns;
  readonly #areMany: boolean;
  /** How far off the column is that is off the most. */
  readonly #farthest: Tail;
  /** How far off all columns are together. */
  readonly #altogether: Tail;
  readonly #places: SparsePlaces | undefined;
  readonly #forgetting: Forgetting;
  /** Of the vector at hand. */
  readonly #z: Float64Array;
  readonly #blame: Float64Array;

  constructor(parameters: AnomalyParameters, count: number) {
    const { warmUp, minScale, halfLife, trees, depth, window, seed } = parameters;
    this.#parameters = parameters;
    this.#shape = ["anomaly 1", count, warmUp, trees, depth, window, seed].join(" ");
    this.#columns = robustColumnsIn(this.#layout, count, warmUp, minScale);
    this.#areMany = count > 1;
    this.#farthest = tailIn(this.#layout, this.#areMany ? ofMany : ofOne);
    this.#altogether = tailIn(this.#layout, ofMany);
    this.#places = trees > 0 ? sparsePlacesIn(this.#layout, this.#columns, parameters) : undefined;
    this.#forgetting = forgettingOf(halfLife);
    this.stateBytes = stateBytes(this.#layout.size, this.#places?.size);
    this.#z = new Float64Array(count);
    this.#blame = new Float64Array(count);
  }

  fresh(): AnomalyState {
    const numbers = new Float64Array(this.#layout.size);
    const farthest = this.#figure(probit(1 - 0.025 / this.#columns.count));
    this.#farthest.begin(numbers, farthest, this.#areMany ? CAUTIOUS.ofMany : CAUTIOUS.ofOne);
    this.#altogether.begin(numbers, this.#figure(probit(1 - 0.025)), CAUTIOUS.ofMany);
    return { numbers, masses: new Uint16Array(this.#places?.size ?? 0) };
  }

  step({ numbers, masses }: AnomalyState, values: readonly number[], now: number): Outputs {
    this.#columns.step(numbers, values, this.#shareAt(numbers, now), this.#z);
    numbers[this.#readings] = (numbers[this.#readings] as number) + 1;
    const { there, zscore, rms } = offs(this.#z);
    if (there === 0) return this.#nothing();
    const byFarthest = judge(this.#farthest, numbers, this.#figure(Math.abs(zscore)));
    const byAll = this.#areMany ? judge(this.#altogether, numbers, this.#figure(rms)) : byFarthest;
    this.#blame.fill(0);
    const byTrees = this.#places?.step(numbers, masses, values, this.#blame);
    const parts = this.#areMany ? [byFarthest, byAll] : [byFarthest];
    if (byTrees !== undefined) parts.push(byTrees);
    const score = scoreOf(togetherRare(parts));
    return {
      ...{ score, anomalous: score >= this.#parameters.threshold, zscore },
      attributions: shares(this.#z, Math.min(byFarthest, byAll), this.#blame, byTrees ?? 1),
      confidence: this.#learned(numbers) * (there / this.#z.length),
    };
  }

  save({ numbers, masses }: AnomalyState): JsonValue {
    return pack(this.#shape, [numbers, masses]);
  }

  restore(saved: JsonValue): AnomalyState | undefined {
    const state = this.fresh();
    return unpack(saved, this.#shape, [state.numbers, state.masses]) ? state : undefined;
  }

  #figure(off: number): number {
    return this.#areMany ? Math.log1p(off) : off;
  }

  /** The weight of the new reading. */
  #shareAt(numbers: Float64Array, now: number): number {
    const elapsed = numbers[this.#readings] === 0 ? 0 : now - (numbers[this.#last] as number);
    numbers[this.#last] = now;
    return Math.min(MOST_SHARE, 1 - this.#forgetting.keeps(elapsed));
  }

  #learned(numbers: Float64Array): number {
    const { warmUp, window } = this.#parameters;
    return Math.min(1, (numbers[this.#readings] as number) / (warmUp + window));
  }

  #nothing(): Outputs {
    const attributions = new Array<number>(this.#columns.count).fill(0);
    return { score: 0, anomalous: false, zscore: 0, attributions, confidence: 0 };
  }
}

function judge(tail: Tail, numbers: Float64Array, figure: number): number {
  const rarity = tail.rarity(numbers, figure);
  tail.learn(numbers, figure);
  return rarity;
}

/** Of the columns that have a value, and are known: how many, the one that is off the most, and all together. */
function offs(z: Float64Array): { there: number; zscore: number; rms: number } {
  let [zscore, squares, there] = [0, 0, 0];
  for (const off of z) {
    if (Number.isNaN(off)) continue;
    there++;
    squares += off * off;
    if (Math.abs(off) > Math.abs(zscore)) zscore = off;
  }
  return { there, zscore, rms: Math.sqrt(squares / there) };
}
