// Ditto headers of an HTTP request: the headers that the server reads, the query parameters that count as such, and,
// for a command that writes, those that go along with it into its event.

import { isUtf8 } from "node:buffer";
import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { equals, type JsonValue, putKey } from "../../base/json/json.ts";
import { goesAlong, headersTooLarge, knownHeaders, parseHeader } from "../../protocol/headers.ts";
import type { DittoHeaders } from "../../signals/signal.ts";
import { duplicateHeader } from "./errors.ts";

// The content type is judged where a body is read, and never told: answers and events have their own.
const names: ReadonlySet<string> = new Set(knownHeaders.filter((name) => name !== "content-type"));

/** The query parameters that count as headers: those of Ditto's gateway configuration, and `policy-view`. */
const parameters: ReadonlySet<string> = new Set([
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
]);

/**
 * Reads the headers of a request. A value that is not of its header's type is refused, and so are a header that is
 * given twice and headers of more than `maxBytes`. A correlation ID is made when absent.
 */
export function requestHeaders(
  { headers, rawHeaders, method }: IncomingMessage,
  query: URLSearchParams | undefined,
  maxBytes: number,
): DittoHeaders {
  const result: { [name: string]: JsonValue } = {};
  let count = 0;
  let size = 0;
  for (const name in headers) {
    const value = String(headers[name]);
    count++;
    size += name.length + value.length;
    if (names.has(name)) result[name] = parseHeader(name, readable(value));
    else if (method !== "GET" && goesAlong(name)) putKey(result, name, readable(value));
  }
  if (count * 2 !== rawHeaders.length) refuseDuplicate(rawHeaders);
  if (size > maxBytes) refuseSize(headers, maxBytes);
  if (query) addParameters(result, query, headers);
  result["correlation-id"] ??= correlationIdFor(headers["x-correlation-id"]);
  return result;
}

const correlationIdFor = (given: string | string[] | undefined): JsonValue =>
  given === undefined ? randomUUID() : parseHeader("correlation-id", String(given));

/** The correlation ID of a request whose headers are refused; one that is not good enough is replaced. */
export function correlationIdOf(headers: IncomingMessage["headers"]): string {
  const given = String(headers["correlation-id"] ?? headers["x-correlation-id"] ?? "");
  return /^[ -~]+$/.test(given) ? given : randomUUID();
}

/** Node reads headers as Latin-1; what is UTF-8 was meant so. */
function readable(value: string): string {
  if (!/[\x80-\xff]/.test(value)) return value;
  const bytes = Buffer.from(value, "latin1");
  return isUtf8(bytes) ? bytes.toString() : value;
}

function addParameters(
  result: { [name: string]: JsonValue },
  query: URLSearchParams,
  headers: IncomingMessage["headers"],
): void {
  for (const [name, text] of query) {
    if (!parameters.has(name)) continue;
    const value = parseHeader(name, text);
    if (headers[name] !== undefined && !equals(result[name], value)) throw duplicateHeader(name);
    result[name] = value;
  }
}

/** Only headers that matter are counted: a proxy may split cookies into several. */
function refuseDuplicate(raw: readonly string[]): void {
  const seen = new Set<string>();
  for (let i = 0; i < raw.length; i += 2) {
    const name = (raw[i] as string).toLowerCase();
    if (seen.has(name) && (names.has(name) || goesAlong(name))) throw duplicateHeader(name);
    seen.add(name);
  }
}

function refuseSize(headers: IncomingMessage["headers"], maxBytes: number): void {
  let size = 0;
  for (const name in headers) {
    if (names.has(name) || goesAlong(name)) size += name.length + String(headers[name]).length;
  }
  if (size > maxBytes)
    throw headersTooLarge(`They are ${size} characters long, more than the ${maxBytes} allowed.`);
}

/** Refuses a request for more subjects than its answers and events could carry. */
export function checkSubjects(subjects: readonly string[], max: number): void {
  if (subjects.length > max) {
    throw headersTooLarge(
      `The request speaks for ${subjects.length} subjects, more than the ${max} allowed.`,
    );
  }
}
