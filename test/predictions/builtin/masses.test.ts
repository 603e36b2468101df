import { expect, test } from "vitest";
import { halfSpaces } from "../../../src/predictions/models/builtin/anomaly/half-spaces.ts";
import { massesIn } from "../../../src/predictions/models/builtin/anomaly/masses.ts";

const DEPTH = 5;
const COUNT = 1_000;

/** The sparseness of places after readings that were spread evenly from one to another. */
function sparsenessOf(from: number, to: number, places: readonly number[]): number[] {
  const masses = massesIn(halfSpaces(1, 10, DEPTH, 1));
  const counts = new Uint16Array(masses.size);
  for (let i = 0; i < COUNT; i++)
    masses.count(counts, Float64Array.of(from + ((to - from) * (i + 0.5)) / COUNT));
  masses.turn(counts);
  return places.map((place) => masses.sparseness(counts, COUNT, Float64Array.of(place), new Float64Array(1)));
}

test("where readings are even, a place is as dense as the space of the trees is wider than they are", () => {
  // Spaces are one to two times as wide: up to one halving is saved.
  for (const sparseness of sparsenessOf(0, 1, [0.2, 0.5, 0.8])) {
    expect(sparseness).toBeGreaterThan(DEPTH - 1.1);
    expect(sparseness).toBeLessThan(DEPTH);
  }
});

test("where no reading was, a place is sparser than any place where some were", () => {
  const [inside, ...outside] = sparsenessOf(0.25, 0.75, [0.5, -5, 0.05, 0.95, 5]) as [number, ...number[]];

  for (const sparseness of outside) expect(sparseness).toBeGreaterThan(inside + 3);
});

test("trees see all of the space around what they are to see", () => {
  const { halves, trees } = halfSpaces(1, 50, DEPTH, 1);
  const roots = Array.from({ length: trees }, (_, tree) => halves[tree * 2 ** DEPTH + 1] as number);

  expect(Math.min(...roots)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...roots)).toBeLessThanOrEqual(1);
  expect(new Set(roots).size).toBe(trees);
});
