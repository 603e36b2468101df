// The path and query of a request as Ditto decodes them.

import type { IncomingHttpHeaders } from "node:http";
import { invalidJsonPointer } from "../../base/json/errors.ts";
import { type Path, unescapeKey } from "../../base/json/pointer.ts";

export interface Target {
  /** Path before the question mark, as it came. */
  readonly path: string;
  readonly query: URLSearchParams | undefined;
}

export function readTarget(url: string): Target {
  const mark = url.indexOf("?");
  if (mark < 0) return { path: url, query: undefined };
  return { path: url.slice(0, mark), query: new URLSearchParams(url.slice(mark + 1)) };
}

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

/** The host, and perhaps port, that the client asked. */
export const addressOf = (headers: IncomingHttpHeaders): string =>
  firstOf(headers["x-forwarded-host"]) ?? headers.host ?? "";

/** What the proxy next to the client said, where several added to a list. */
const firstOf = (list: string | string[] | undefined): string | undefined =>
  list === undefined ? undefined : (String(list).split(",", 1)[0] as string).trim() || undefined;
