// The shape of half-space trees (Tan, Ting & Liu, "Fast anomaly detection for streaming data", IJCAI 2011): each halves a
// space of its own again and again, each time across a column drawn by lot. It is the same for all things.

import { randomFrom } from "../random.ts";

export interface HalfSpaces {
  readonly trees: number;
  readonly depth: number;
  /** Of inner nodes, `2 ** depth` of each tree; the first of each is not used, the root is the second. */
  readonly columns: Uint16Array;
  readonly halves: Float64Array;
}

/**
 * Usual readings lie well between 0 and 1; each tree sees all of that and up to as much beside it, on one side. What lies farther
 * out is counted at the edge, which is why readings should leave room there.
 */
export function halfSpaces(columns: number, trees: number, depth: number, seed: number): HalfSpaces {
  const random = randomFrom(seed);
  const inner = 2 ** depth;
  const spaces = {
    trees,
    depth,
    columns: new Uint16Array(trees * inner),
    halves: new Float64Array(trees * inner),
  };
  for (let tree = 0; tree < trees; tree++) {
    const centres = Array.from({ length: columns }, random);
    const low = centres.map((centre) => centre - Math.max(centre, 1 - centre));
    const high = centres.map((centre) => centre + Math.max(centre, 1 - centre));
    halve(spaces, tree * inner, 1, low, high, random);
  }
  return spaces;
}

function halve(
  spaces: HalfSpaces,
  root: number,
  node: number,
  low: number[],
  high: number[],
  random: () => number,
): void {
  if (node >= 2 ** spaces.depth) return;
  const column = Math.floor(random() * low.length);
  const [from, to] = [low[column] as number, high[column] as number];
  const half = (from + to) / 2;
  spaces.columns[root + node] = column;
  spaces.halves[root + node] = half;
  high[column] = half;
  halve(spaces, root, 2 * node, low, high, random);
  high[column] = to;
  low[column] = half;
  halve(spaces, root, 2 * node + 1, low, high, random);
  low[column] = from;
}
