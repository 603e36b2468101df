import fc from "fast-check";
import { expect, test } from "vitest";
import { Progress } from "../../../src/connectivity/connectors/kafka/progress.ts";

test("nothing counts as settled beyond the first message that is not", () => {
  const progress = new Progress(5);
  const slots = [5, 6, 9].map((offset) => progress.add(offset));
  progress.settle(slots[1] as number);
  progress.settle(slots[2] as number);
  expect(progress.settledTo).toBe(5);

  progress.settle(slots[0] as number);
  expect(progress.settledTo).toBe(10);
});

test("offsets that are passed over count as settled once everything before them is", () => {
  const progress = new Progress(0);
  const slot = progress.add(0);
  progress.passTo(7);
  expect(progress.settledTo).toBe(0);

  progress.settle(slot);
  expect(progress.settledTo).toBe(7);
});

test("what is settled twice or was never added changes nothing", () => {
  const progress = new Progress(0);
  const slot = progress.add(0);
  progress.add(1);
  progress.settle(slot);
  progress.settle(slot);
  progress.settle(17);
  expect([progress.settledTo, progress.span]).toEqual([1, 1]);
});

test("in whatever order many messages are settled, the offset is that of the first unsettled one", () => {
  const gapsAndOrder = fc
    .array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3_000 })
    .chain((gaps) => fc.tuple(fc.constant(gaps), fc.shuffledSubarray([...gaps.keys()], { minLength: 0 })));
  fc.assert(
    fc.property(gapsAndOrder, ([gaps, order]) => {
      const progress = new Progress(0);
      let offset = -1;
      const offsets = gaps.map((gap) => {
        offset += gap;
        return offset;
      });
      const slots = offsets.map((one) => progress.add(one));
      const settled = new Set(order);
      for (const index of order) progress.settle(slots[index] as number);
      const first = offsets.find((_, index) => !settled.has(index));
      expect(progress.settledTo).toBe(first ?? offset + 1);
    }),
    { numRuns: 50 },
  );
});
