// Ditto headers of an HTTP request: the headers that matter, and the query parameters that count as such.

import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { JsonValue } from "../../base/json/json.ts";
import { knownHeaders, parseHeader } from "../../protocol/headers.ts";
import type { DittoHeaders } from "../../signals/signal.ts";
import { timeoutInvalid, timeoutTooLong } from "./errors.ts";

const names: ReadonlySet<string> = new Set([...knownHeaders, "timeout"]);

/** The query parameters that count as headers (Ditto's gateway configuration), as far as the server reads them. */
const parameters: ReadonlySet<string> = new Set(
  [
    "accept",
    "channel",
    "correlation-id",
    "requested-acks",
    "declared-acks",
    "response-required",
    "timeout",
    "live-channel-timeout-strategy",
    "allow-policy-lockout",
    "condition",
    "live-channel-condition",
    "at-historical-revision",
    "at-historical-timestamp",
    "dry-run",
    "policy-view",
  ].filter((name) => names.has(name)),
);

const MAX_TIMEOUT_MS = 60_000;

/** Reads the headers of a request; one that is not of its type is refused. A correlation ID is made when absent. */
export function requestHeaders(
  headers: IncomingHttpHeaders,
  query: URLSearchParams | undefined,
): DittoHeaders {
  const result: { [name: string]: JsonValue } = {};
  for (const name in headers) {
    if (names.has(name)) result[name] = parseHeader(name, headers[name] as string);
  }
  if (query) {
    for (const [name, value] of query) if (parameters.has(name)) result[name] = parseHeader(name, value);
  }
  if (typeof result.timeout === "string") result.timeout = parseTimeout(result.timeout);
  result["correlation-id"] ??= randomUUID();
  return result;
}

/** Whether the caller waits for the answer: a timeout of zero says no as well. */
export const wantsResponse = (headers: DittoHeaders): boolean =>
  headers["response-required"] !== false && headers.timeout !== 0;

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, "": 1000 };

/** Milliseconds of a duration such as `10`, `10s`, `500ms`, `1m`, at most a minute. */
function parseTimeout(text: string): number {
  const [, number, unit] = /^(\d+)(ms|s|m|)$/.exec(text.trim()) ?? [];
  if (number === undefined) throw timeoutInvalid(text);
  const ms = Number(number) * (units[unit as string] as number);
  if (ms > MAX_TIMEOUT_MS) throw timeoutTooLong(text);
  return ms;
}
