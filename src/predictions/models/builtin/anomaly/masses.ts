// How many readings of a thing fell into each half-space: those of the last whole window are what a new one is compared
// with, those of the current window are counted at the leaves only and summed when it is full.

import type { HalfSpaces } from "./half-spaces.ts";

/** A node with at most such a share of all readings is not looked into. */
const SMALL_SHARE = 0.02;

export interface Masses {
  /** What the array must hold. */
  readonly size: number;
  /** How sparse the place is, from 0 on, in halvings; adds to `blame`, by columns, the halvings that each is in charge of. */
  sparseness(masses: Uint16Array, all: number, place: Float64Array, blame: Float64Array): number;
  count(masses: Uint16Array, place: Float64Array): void;
  /** Makes the current window the last one. */
  turn(masses: Uint16Array): void;
}

export function massesIn(spaces: HalfSpaces): Masses {
  const { trees, depth, columns, halves } = spaces;
  const leaves = 2 ** depth;
  const nodes = 2 * leaves;
  const counting = trees * nodes;

  function sumUp(masses: Uint16Array, tree: number): void {
    const root = tree * nodes;
    masses.copyWithin(root + leaves, counting + tree * leaves, counting + (tree + 1) * leaves);
    for (let node = leaves - 1; node > 0; node--) {
      masses[root + node] = (masses[root + 2 * node] as number) + (masses[root + 2 * node + 1] as number);
    }
  }

  /** @returns the readings that there would be, were all places as dense as the one that the tree knows of this place */
  function densityIn(
    masses: Uint16Array,
    tree: number,
    small: number,
    place: Float64Array,
    blame: Float64Array,
  ): number {
    let node = 1;
    let mass = masses[tree * nodes + 1] as number;
    let scale = 1;
    while (node < leaves && mass > small) {
      const column = columns[tree * leaves + node] as number;
      node = 2 * node + ((place[column] as number) >= (halves[tree * leaves + node] as number) ? 1 : 0);
      const inner = masses[tree * nodes + node] as number;
      const halvings = Math.log2((mass + 1) / (2 * inner + 1));
      if (halvings > 0) blame[column] = (blame[column] as number) + halvings;
      mass = inner;
      scale *= 2;
    }
    return mass * scale;
  }

  return {
    size: counting + trees * leaves,
    sparseness(masses, all, place, blame) {
      let density = 0;
      for (let tree = 0; tree < trees; tree++) {
        density += densityIn(masses, tree, SMALL_SHARE * all, place, blame);
      }
      const relative = density / (trees * all);
      return Math.max(0, depth - Math.log2(relative + 0.5 / all));
    },
    count(masses, place) {
      for (let tree = 0; tree < trees; tree++) {
        let node = 1;
        while (node < leaves) {
          const at = tree * leaves + node;
          node = 2 * node + ((place[columns[at] as number] as number) >= (halves[at] as number) ? 1 : 0);
        }
        const leaf = counting + tree * leaves + node - leaves;
        masses[leaf] = (masses[leaf] as number) + 1;
      }
    },
    turn(masses) {
      for (let tree = 0; tree < trees; tree++) sumUp(masses, tree);
      masses.fill(0, counting);
    },
  };
}
