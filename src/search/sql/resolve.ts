// The values of a criterion at the time of its search.

import type { RawNumber } from "../../base/json/json.ts";
import { isTimeValue, type Literal } from "../../rql/criterion.ts";
import { compileTime } from "../../rql/time.ts";

export type Value = null | boolean | number | string | RawNumber;

/** A time is a text, also in milliseconds; one that Ditto does not know, or beyond the calendar, is `null`. */
export const resolve = (literal: Literal, now: number): Value =>
  isTimeValue(literal) ? (compileTime(literal.time)?.(now) ?? null) : literal;
