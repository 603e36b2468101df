// The page of benchmarks: what was not measured anew stays.

import { expect, test } from "vitest";
import { table, tableAfter } from "../../bench/table.ts";

test("a run of some workloads replaces their rows where they are, adds new ones, and leaves the others", () => {
  const first = { name: "first", value: 1, unit: "s" };
  const second = { name: "second", value: 2_000, unit: "answers/s", limit: 4_000, ratio: 0.5, target: 0.4 };
  const again = { ...second, value: 3_000, ratio: 0.75 };
  const third = { name: "third", value: 7, unit: "µs", floor: 5 };

  expect(tableAfter(table([first, second]), [third, again])).toBe(table([first, again, third]));
});
