// The header `timeout`: how long a caller waits.

import { parseDuration } from "../base/duration.ts";
import type { JsonValue } from "../base/json/json.ts";
import { timeoutInvalid } from "./errors.ts";

/** Milliseconds of a duration such as `10`, `10s`, `500ms` or `1m`; anything else is refused with `timeout.invalid`. */
export function durationMs(value: JsonValue): number {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const millis = parseDuration(text);
  if (millis === undefined) throw timeoutInvalid(text.slice(0, 200));
  return millis;
}
