// The path and query of a request as Ditto decodes them.

import type { IncomingHttpHeaders } from "node:http";
import { invalidJsonPointer } from "../../base/json/errors.ts";
import { type Path, unescapeKey } from "../../base/json/pointer.ts";

export interface Target {
  /** See {@link pathOf}. */
  readonly path: string;
  readonly query: URLSearchParams | undefined;
}

export function readTarget(url: string): Target {
  const mark = url.indexOf("?");
  return { path: pathOf(url), query: mark < 0 ? undefined : new URLSearchParams(url.slice(mark + 1)) };
}

/** How many segments of a path are fixed words at most, as in `/api/2/things`. */
const FIXED_SEGMENTS = 3;

/**
 * The path of a request target, by which its route is found. The segments that may be words of a route are decoded,
 * unless a slash comes of it; the others are as they came.
 */
export function pathOf(url: string): string {
  const relative = withoutAuthority(url);
  const mark = relative.indexOf("?");
  const path = mark < 0 ? relative : relative.slice(0, mark);
  if (!path.includes("%")) return path;
  return path
    .split("/")
    .map((segment, i) => (i <= FIXED_SEGMENTS ? decodeFixed(segment) : segment))
    .join("/");
}

function decodeFixed(segment: string): string {
  const decoded = decodeSegment(segment);
  return decoded === undefined || decoded.includes("/") ? segment : decoded;
}

const absoluteForm = /^https?:\/\/([^/?]*)/i;

/** A request target without the scheme and the authority that a proxy's client puts before it (RFC 9112, 3.2.2). */
export function withoutAuthority(url: string): string {
  if (url.startsWith("/")) return url;
  const rest = url.replace(absoluteForm, "");
  return rest === url || rest.startsWith("/") ? rest : `/${rest}`;
}

/** The authority that a request target names by itself; most name none. */
export const authorityOf = (url: string): string | undefined =>
  url.startsWith("/") ? undefined : absoluteForm.exec(url)?.[1];

/** Decodes one segment of a path, or gives `undefined` where its escapes are malformed. */
export function decodeSegment(segment: string): string | undefined {
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/**
 * The resource path of what follows an entity's id. `%2F` separates keys as a slash does, except in a feature ID,
 * where it stays for the key check to refuse; one trailing slash is ignored; empty keys are refused.
 */
export function readResourcePath(rest: string): Path {
  const trimmed = rest.endsWith("/") ? rest.slice(0, -1) : rest;
  if (trimmed === "") return [];
  const raw = trimmed.split("/");
  const keys = raw.flatMap((segment, i) => {
    const decoded = decodeSegment(segment);
    if (decoded === undefined) throw invalidJsonPointer(segment);
    const isFeatureId = i === 1 && raw[0] === "features";
    return isFeatureId || !decoded.includes("/") ? [decoded] : decoded.split("/");
  });
  if (keys.includes("")) throw invalidJsonPointer(`/${trimmed}`);
  return keys.map(unescapeKey);
}

/** Encodes a key or id for use as one segment of a path; what a segment may hold (RFC 3986) stays as it is. */
export const encodeSegment = (text: string): string =>
  encodeURIComponent(text).replace(/%(?:3A|40|24|26|2B|2C|3B|3D)/g, (encoded) => decodeURIComponent(encoded));

/** The scheme by which the client asked, as the proxy says that stands in front of this server. */
export const schemeOf = (headers: IncomingHttpHeaders): "http" | "https" =>
  firstOf(headers["x-forwarded-proto"] ?? headers.x_forwarded_proto)?.toLowerCase() === "https"
    ? "https"
    : "http";

/** A name or an IP address, with or without a port. */
const hostAndPort = /^(?:[\w.~-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

/**
 * The host, and perhaps port, that the client asked; empty where it told none that could be one. As in Ditto, a proxy
 * tells it in `Host`.
 */
export const addressOf = ({ host = "" }: IncomingHttpHeaders): string => (hostAndPort.test(host) ? host : "");

/** What the proxy next to the client said, where several added to a list. */
const firstOf = (list: string | string[] | undefined): string | undefined =>
  list === undefined ? undefined : (String(list).split(",", 1)[0] as string).trim() || undefined;
