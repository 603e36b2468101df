// If-Match and If-None-Match (RFC 9110) on any resource, by HTTP or Ditto Protocol headers.

import type { TwinError } from "../base/errors.ts";
import type { DittoHeaders } from "../signals/signal.ts";

export type PreconditionFailed = (header: string, expected: string, actual: string) => TwinError;

const tagPattern = /(?:W\/)?"[^"]*"/g;

/** Whether there is anything to check, so that an entity tag is only made when it is asked for. */
export const hasPreconditions = (headers: DittoHeaders): boolean =>
  headers["if-match"] !== undefined || headers["if-none-match"] !== undefined;

/**
 * Holds the headers against the current tag of the resource (`undefined`: it is absent).
 * Gives true when a reader already has this state (304); a failed precondition of anything else is thrown.
 */
export function checkPreconditions(
  headers: DittoHeaders,
  etag: string | undefined,
  reading: boolean,
  failed: PreconditionFailed,
): boolean {
  const ifMatch = headers["if-match"];
  if (typeof ifMatch === "string" && !strongMatch(ifMatch, etag)) {
    throw withTag(failed("if-match", ifMatch, etag ?? "absent"), etag);
  }
  const ifNoneMatch = headers["if-none-match"];
  if (typeof ifNoneMatch === "string" && weakMatch(ifNoneMatch, etag)) {
    if (reading) return true;
    throw withTag(failed("if-none-match", ifNoneMatch, etag ?? "absent"), etag);
  }
  return false;
}

function withTag(error: TwinError, etag: string | undefined): TwinError {
  return etag === undefined ? error : error.withEtag(etag);
}

function strongMatch(list: string, etag: string | undefined): boolean {
  if (list.trim() === "*") return etag !== undefined;
  return etag !== undefined && tagsIn(list).includes(etag);
}

function weakMatch(list: string, etag: string | undefined): boolean {
  if (list.trim() === "*") return etag !== undefined;
  return etag !== undefined && tagsIn(list).some((tag) => tag.replace(/^W\//, "") === etag);
}

const tagsIn = (list: string): readonly string[] => list.match(tagPattern) ?? [];
