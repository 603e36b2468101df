// Ditto headers of an HTTP request: the headers that the server reads, the query parameters that count as such, and,
// for a command that writes, those that go along with it into its event.

import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { equals, type JsonValue, putKey } from "../../base/json/json.ts";
import { withClaims } from "../../conversation/claims-as-headers.ts";
import { goesAlong, headersTooLarge, knownHeaders, parseTextHeader } from "../../protocol/headers.ts";
import type { AuthContext, DittoHeaders } from "../../signals/signal.ts";
import type { Authenticate, Door } from "../auth/authenticate.ts";
import { PRE_AUTHENTICATED } from "../auth/pre-authenticated.ts";
import { headerText } from "../header-text.ts";
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

/** What lets a request in, at either door. */
export interface Admission {
  readonly authenticate: Authenticate;
  /** Whether 401 asks for HTTP Basic. */
  readonly asksForBasic: boolean;
  /** Whether the header of a trusted proxy is not trusted here; then it goes no further. */
  readonly ignoresPreAuthentication: boolean;
  /** How many characters the headers of a request may have, names and values together. */
  readonly maxHeaderBytes: number;
  /** How many subjects a request may speak for. */
  readonly maxSubjects: number;
}

/** Somebody who was let in. */
export interface Admitted {
  readonly auth: AuthContext;
  readonly headers: DittoHeaders;
}

/**
 * Who a request speaks for and what its headers say, at once where its credentials are known already; refuses one that
 * cannot be authenticated or goes beyond limits.
 */
export function admit(
  incoming: IncomingMessage,
  query: URLSearchParams | undefined,
  door: Door,
  admission: Admission,
): Admitted | Promise<Admitted> {
  const auth = admission.authenticate(incoming, query, door);
  return auth instanceof Promise
    ? auth.then((known) => admitted(incoming, query, known, admission))
    : admitted(incoming, query, auth, admission);
}

function admitted(
  incoming: IncomingMessage,
  query: URLSearchParams | undefined,
  auth: AuthContext,
  { ignoresPreAuthentication, maxHeaderBytes, maxSubjects }: Admission,
): Admitted {
  let headers = requestHeaders(incoming, query, maxHeaderBytes);
  checkSubjects(auth.subjects, maxSubjects);
  if (ignoresPreAuthentication && headers[PRE_AUTHENTICATED] !== undefined) {
    const { [PRE_AUTHENTICATED]: _, ...others } = headers;
    headers = others;
  }
  return { auth, headers: withClaims(headers, auth, maxHeaderBytes) };
}

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
  const isRead = method === "GET" && !mayBeLive(headers, query);
  let count = 0;
  let size = 0;
  for (const name in headers) {
    const value = String(headers[name]);
    count++;
    size += name.length + value.length;
    if (names.has(name)) result[name] = parseTextHeader(name, headerText(value));
    else if (!isRead && goesAlong(name)) putKey(result, name, headerText(value));
  }
  if (count * 2 !== rawHeaders.length) refuseDuplicate(rawHeaders);
  if (size > maxBytes) refuseSize(headers, maxBytes);
  if (query) addParameters(result, query, headers);
  result["correlation-id"] ??= correlationIdFor(headers["x-correlation-id"]);
  return result;
}

/** Whether what is read may be asked of a device, which is told all headers. */
const mayBeLive = (headers: IncomingMessage["headers"], query: URLSearchParams | undefined): boolean =>
  headers.channel !== undefined ||
  headers["live-channel-condition"] !== undefined ||
  (query !== undefined && (query.has("channel") || query.has("live-channel-condition")));

const correlationIdFor = (given: string | string[] | undefined): JsonValue =>
  given === undefined ? randomUUID() : parseTextHeader("correlation-id", String(given));

/** The correlation ID of a request whose headers are refused; one that is not good enough is replaced. */
export function correlationIdOf(headers: IncomingMessage["headers"]): string {
  const given = String(headers["correlation-id"] ?? headers["x-correlation-id"] ?? "");
  return /^[ -~]+$/.test(given) ? given : randomUUID();
}

function addParameters(
  result: { [name: string]: JsonValue },
  query: URLSearchParams,
  headers: IncomingMessage["headers"],
): void {
  for (const [name, text] of query) {
    if (!parameters.has(name)) continue;
    const value = parseTextHeader(name, text);
    if (headers[name] !== undefined && !equals(result[name], value)) throw duplicateHeader(name);
    result[name] = value;
  }
}

/** Refuses headers that are given twice. Only those that matter are counted: a proxy may split cookies into several. */
export function refuseDuplicate(raw: readonly string[]): void {
  const seen = new Set<string>();
  for (let i = 0; i < raw.length; i += 2) {
    const name = (raw[i] as string).toLowerCase();
    if (seen.has(name) && (name === "authorization" || names.has(name) || goesAlong(name)))
      throw duplicateHeader(name);
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
