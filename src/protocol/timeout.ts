// The header `timeout`: how long a caller waits.

import type { JsonValue } from "../base/json/json.ts";
import { timeoutInvalid } from "./errors.ts";

const DAY_MS = 86_400_000;
const unitsMs: Readonly<Record<string, number>> = {
  "": 1000,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: DAY_MS,
  w: 7 * DAY_MS,
  mo: 30 * DAY_MS,
  y: 365 * DAY_MS,
};

/** Milliseconds of a duration such as `10`, `10s`, `500ms` or `1m`; anything else is refused with `timeout.invalid`. */
export function durationMs(value: JsonValue): number {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const [, digits, unit = ""] = /^\+?(\d{1,18})(ms|mo|[smhdwy])?$/.exec(text) ?? [];
  if (digits === undefined) throw timeoutInvalid(text.slice(0, 200));
  return Number(digits) * (unitsMs[unit] as number);
}
