// The header `timeout`: how long a caller waits.

import type { JsonValue } from "../../base/json/json.ts";
import { timeoutInvalid, timeoutTooLong } from "./errors.ts";

/** How long an HTTP request waits at most, and when it does not say. */
export const HTTP_TIMEOUT_MS = 60_000;
/** The same of a command over a WebSocket, where longer timeouts are cut instead of refused. */
export const WEBSOCKET_TIMEOUT_MS = 65_000;

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
  const [, digits, unit = ""] = /^\+?(\d{1,18})(ms|mo|[smhdwy])?$/.exec(textOf(value)) ?? [];
  if (digits === undefined) throw timeoutInvalid(textOf(value).slice(0, 200));
  return Number(digits) * (unitsMs[unit] as number);
}

/** The same for an HTTP request; more than {@link HTTP_TIMEOUT_MS} is refused with `gateway:timeout.invalid`. */
export function httpTimeoutMs(value: JsonValue): number {
  const ms = durationMs(value);
  if (ms > HTTP_TIMEOUT_MS) throw timeoutTooLong(textOf(value));
  return ms;
}

const textOf = (value: JsonValue): string => (typeof value === "string" ? value : JSON.stringify(value));
