// Sums and deviations of numbers that come and go depend on what is there alone.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ExactSum } from "../../src/base/exact-sum.ts";
import { Moments } from "../../src/base/moments.ts";

const number = fc
  .double({ noNaN: true, noDefaultInfinity: true, min: -1e100, max: 1e100 })
  .map((value) => value + 0);

/** Every double is an integer times 2^-1074. */
const SCALE = 1074;
function exact(value: number): bigint {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const high = bits.getUint32(0);
  const exponent = (high >>> 20) & 0x7ff;
  const fraction = (BigInt(high & 0xfffff) << 32n) | BigInt(bits.getUint32(4));
  const digits = exponent === 0 ? fraction : (fraction | (1n << 52n)) << BigInt(exponent - 1);
  return value < 0 ? -digits : digits;
}

test("a sum is the double nearest to the exact sum, in any order", () => {
  fc.assert(
    fc.property(fc.array(number, { maxLength: 30 }), (numbers) => {
      const sum = new ExactSum();
      for (const next of numbers) sum.add(next);
      const wanted = numbers.reduce((total, next) => total + exact(next), 0n);
      const { value } = sum;
      const off = (one: number) => {
        const difference = exact(one) - wanted;
        return difference < 0n ? -difference : difference;
      };
      expect(off(value)).toBeLessThanOrEqual(off(beside(value, 1)));
      expect(off(value)).toBeLessThanOrEqual(off(beside(value, -1)));
      const reversed = new ExactSum();
      for (const next of numbers.toReversed()) reversed.add(next);
      expect(reversed.digits).toEqual(sum.digits);
    }),
  );
});

/** The next double away from, or towards, zero. */
function beside(value: number, by: 1 | -1): number {
  if (value === 0) return by * 2 ** -SCALE;
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  bits.setBigUint64(0, bits.getBigUint64(0) + BigInt(by));
  return bits.getFloat64(0);
}

test("what was taken out leaves no trace", () => {
  fc.assert(
    fc.property(fc.array(number), fc.array(number, { minLength: 1 }), (gone, kept) => {
      const moved = new Moments();
      for (const next of [...gone, ...kept]) moved.add(next);
      for (const next of gone) moved.remove(next);
      const fresh = new Moments();
      for (const next of kept) fresh.add(next);
      expect([moved.count, moved.sum, moved.mean, moved.std]).toEqual([
        fresh.count,
        fresh.sum,
        fresh.mean,
        fresh.std,
      ]);
    }),
  );
});

describe("figures", () => {
  const of = (...numbers: readonly number[]) => {
    const moments = new Moments();
    for (const next of numbers) moments.add(next);
    return moments;
  };

  test("are those of the textbook", () => {
    const { sum, mean, std } = of(2, 4, 4, 4, 5, 5, 7, 9);
    expect([sum, mean]).toEqual([40, 5]);
    expect(std).toBeCloseTo(Math.sqrt(32 / 7), 14);
  });

  test("of nothing, or too little, are not told", () => {
    expect([of().sum, of().mean, of().std]).toEqual([0, Number.NaN, Number.NaN]);
    expect([of(3).mean, of(3).std]).toEqual([3, Number.NaN]);
  });

  test("keep their digits where the numbers are large and near to one another", () => {
    expect(of(1e9 + 1, 1e9 + 2, 1e9 + 3).std).toBe(1);
    expect(of(1e15, 1e15 + 0.25, 1e15 + 0.5).std).toBe(0.25);
    expect(of(0.1, 0.1, 0.1).std).toBe(0);
    expect(of(...Array(10_000).fill(0.1)).std).toBe(0);
    expect(of(...Array(9_999).fill(1e15), 1e15 + 0.125).std).toBeCloseTo(0.00125, 15);
  });

  test("do not drift over a million numbers", () => {
    const moments = of(1e6, 0.1, 0.7);
    for (let i = 0; i < 1_000_000; i++) {
      moments.add(Math.sin(i) * 10 ** (i % 12));
      moments.remove(Math.sin(i) * 10 ** (i % 12));
    }
    expect([moments.sum, moments.std]).toEqual([of(1e6, 0.1, 0.7).sum, of(1e6, 0.1, 0.7).std]);
  });
});
