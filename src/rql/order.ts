// How two values of JSON compare: numbers by value, and values of different types as far as Ditto makes sense of them.

import { isRawNumber, type RawNumber } from "../base/json/json.ts";
import { compareDecimals, type Decimal, readDecimal } from "./decimal.ts";

export type Scalar = boolean | number | string | RawNumber;

/**
 * Makes the order of values relative to one: below, at or above zero. A number and a text that reads as a number
 * compare by value, all else of different types by its text.
 */
export function orderBy(pivot: Scalar): (value: Scalar) => number {
  const text = textOf(pivot);
  const decimal = decimalOf(pivot);
  const numeric = isNumeric(pivot);
  return (value) => {
    if (typeof value === typeof pivot && !isRawNumber(value))
      return compareSame(value, pivot as typeof value);
    if (decimal && (numeric || isNumeric(value))) {
      const other = decimalOf(value);
      if (other) return compareDecimals(other, decimal);
    }
    return compareSame(textOf(value), text);
  };
}

/** A value as a text: the digits of a number, `true` or `false`. */
export const textOf = (value: Scalar): string => (isRawNumber(value) ? value.rawJSON : String(value));

/** Whether a value is a number, however large. */
export const isNumeric = (value: Scalar): boolean => typeof value === "number" || isRawNumber(value);

/** The decimal that a number, or a text that reads as one, stands for. */
export const decimalOf = (value: Scalar): Decimal | undefined =>
  typeof value === "boolean" ? undefined : readDecimal(textOf(value));

const compareSame = <T extends Scalar>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);
