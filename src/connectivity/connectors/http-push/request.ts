// From a message to the HTTP request that carries it.

import { connectionHeaders } from "../../../base/connection-headers.ts";
import type { Publication } from "../connector.ts";
import { type Address, encodeIllegal } from "./address.ts";

export interface HttpRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** Without `host`, which follows from the endpoint unless it is here. */
  readonly headers: Readonly<Record<string, string>>;
  /** Empty where there is none. */
  readonly body: Buffer;
}

/** A request that cannot be written. */
export class BadRequest extends Error {
  override readonly name = "BadRequest";
}

const NOT_SENT: ReadonlySet<string> = new Set([...connectionHeaders, "http.path", "http.query"]);

const NOTHING = Buffer.alloc(0);
const TEXT = "text/plain; charset=UTF-8";

/** The request for a message; throws a {@link BadRequest} where a header cannot be written. `base` is the path of the connection's URI, `withBody` whether the method has one. */
export function requestOf(
  address: Address,
  { message }: Publication,
  base: string,
  withBody: boolean,
): HttpRequest {
  const { headers, payload } = message;
  const body = withBody && payload ? payload.bytes() : NOTHING;
  return {
    method: address.method,
    path: target(address.path, base, headers["http.path"], headers["http.query"]),
    headers: sentHeaders(headers, withBody, body.length > 0),
    body,
  };
}

/** `http.path` stands for the whole path, and `http.query` for the query. */
function target(
  path: string,
  base: string,
  newPath: string | undefined,
  newQuery: string | undefined,
): string {
  const [before = "", query] = splitQuery(`${base.replace(/\/$/, "")}${path}`);
  const wanted = newPath === undefined ? before : encodeIllegal(newPath).replaceAll("?", "%3F");
  const absolute = wanted.startsWith("/") ? wanted : `/${wanted}`;
  const wantedQuery = newQuery === undefined ? query : encodeIllegal(newQuery);
  return wantedQuery === undefined ? absolute : `${absolute}?${wantedQuery}`;
}

function splitQuery(path: string): [path: string, query?: string] {
  const mark = path.indexOf("?");
  return mark < 0 ? [path] : [path.slice(0, mark), path.slice(mark + 1)];
}

function sentHeaders(
  given: Readonly<Record<string, string>>,
  withBody: boolean,
  hasBytes: boolean,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (NOT_SENT.has(name) || (name === "content-type" && !withBody)) continue;
    checkHeader(name, value);
    headers[name] = inBytes(value);
  }
  if (hasBytes) headers["content-type"] ??= TEXT;
  headers["user-agent"] ??= "pollux";
  return headers;
}

function checkHeader(name: string, value: string): void {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw new BadRequest(`'${name}' is no name of a header.`);
  if (/[^\P{Cc}\t]/u.test(value)) throw new BadRequest(`The header '${name}' holds control characters.`);
}

/** Headers go out byte by byte; the bytes are those of UTF-8. */
const inBytes = (value: string): string =>
  /^[\0-\x7f]*$/.test(value) ? value : Buffer.from(value, "utf8").toString("latin1");
