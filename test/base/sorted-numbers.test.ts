// Numbers in order, that come and go.

import fc from "fast-check";
import { expect, test } from "vitest";
import { SortedNumbers } from "../../src/base/sorted-numbers.ts";

test("they are in order, whatever came and went", () => {
  const number = fc.constantFrom(3, -1, 2.5, 0, 7, 1e100);
  const step = fc.record({
    come: fc.array(number, { maxLength: 60 }),
    goes: fc.nat(99),
    looks: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const sorted = new SortedNumbers();
      const there: number[] = [];
      for (const { come, goes, looks } of steps) {
        for (const one of come) {
          sorted.add(one);
          there.push(one);
        }
        for (const one of there.splice(0, goes)) sorted.remove(one);
        if (looks) expect([...sorted.inOrder]).toEqual(there.toSorted((a, b) => a - b));
      }
      sorted.clear();
      expect([...sorted.inOrder]).toEqual([]);
    }),
  );
});
