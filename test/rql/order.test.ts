import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rawNumber } from "../../src/base/json/json.ts";
import { orderBy, type Scalar } from "../../src/rql/order.ts";

const raw = rawNumber;
const compareScalars = (a: Scalar, b: Scalar) => orderBy(b)(a);

describe("ascending pairs", () => {
  const cases: readonly (readonly [below: Scalar, above: Scalar, why: string])[] = [
    [1, 2, "numbers by value"],
    [-2, -1, "negative numbers by value"],
    [-1, 0, "zero above negative numbers"],
    [9.5, 10, "decimals by value"],
    [raw("9007199254740992"), raw("9007199254740993"), "large integers digit by digit"],
    [9007199254740991, raw("9007199254740993"), "an integer and a larger one"],
    [raw("-9223372036854775808"), -1e18, "large negative integers"],
    [raw("9223372036854775807"), 1e300, "a large integer and a larger double"],
    ["10", "9", "texts by their characters, digits or not"],
    ["A", "a", "texts by code unit"],
    ["", "a", "the empty text first"],
    [false, true, "false before true"],
    ["9", 10, "a text that is a number by value"],
    [9, "1e1", "exponents too"],
    [".5", 1, "a fraction without whole part"],
    ["-1.", 0, "a whole without fraction"],
    [1, "1e2147483647", "huge exponents without unfolding them"],
    ["1e99999999999", 2, "an exponent out of range by its text"],
    [5, "x", "a number and a text by text"],
    [5, "5 ", "spaces make no number"],
    [5, true, "a number and a boolean by text"],
    ["fa", false, "a text and a boolean by text"],
  ];
  for (const [below, above, why] of cases) {
    test(`${why}: ${JSON.stringify(below)} < ${JSON.stringify(above)}`, () => {
      expect(compareScalars(below, above)).toBeLessThan(0);
      expect(compareScalars(above, below)).toBeGreaterThan(0);
    });
  }
});

describe("equal pairs", () => {
  const cases: readonly (readonly [Scalar, Scalar])[] = [
    [0, -0],
    [1, "1"],
    [1, "+01.00"],
    [0, "-0e5"],
    [1e21, "1000000000000000000000"],
    [raw("9007199254740993"), "9007199254740993"],
    [true, "true"],
  ];
  for (const [a, b] of cases) {
    test(`${JSON.stringify(a)} = ${JSON.stringify(b)}`, () => {
      expect(compareScalars(a, b)).toBe(0);
      expect(compareScalars(b, a)).toBe(0);
    });
  }

  test("texts are equal only to themselves", () => {
    expect(compareScalars("1", "1.0")).not.toBe(0);
  });
});

test("numbers compare as integers do, however they are held", () => {
  const anyInteger = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  const heldAs = (value: bigint) => {
    const double = Number(value);
    return [raw(String(value)), String(value), ...(Number.isSafeInteger(double) ? [double] : [])];
  };
  fc.assert(
    fc.property(anyInteger, fc.oneof(anyInteger, fc.bigInt({ min: -9n, max: 9n })), (a, b) => {
      for (const x of heldAs(a))
        for (const y of heldAs(b))
          if (typeof x !== "string" || typeof y !== "string")
            expect(Math.sign(compareScalars(x, y))).toBe(a < b ? -1 : a > b ? 1 : 0);
    }),
  );
});

test("long texts of digits compare with numbers exactly", () => {
  const nines = "9".repeat(50_000);

  expect(compareScalars(`0.${nines}`, 1)).toBeLessThan(0);
  expect(compareScalars(`1${"0".repeat(50_000)}e-50000`, 1)).toBe(0);
});
