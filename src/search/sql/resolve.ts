// The values of a criterion at the time of its search.

import type { RawNumber } from "../../base/json/json.ts";
import { isTimeValue, type Literal } from "../../rql/criterion.ts";
import { compileTime } from "../../rql/time.ts";

export type Value = null | boolean | number | string | RawNumber;

/**
 * A time is a text, and in milliseconds a number, which it is not in Ditto, where nothing compares with it. A time
 * that Ditto does not know, or beyond the calendar, is `null`.
 */
export function resolve(literal: Literal, now: number): Value {
  if (!isTimeValue(literal)) return literal;
  const time = compileTime(literal.time)?.(now) ?? null;
  return time !== null && literal.time.startsWith("now_epoch_millis") ? Number(time) : time;
}
