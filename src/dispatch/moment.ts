// Which moment of the past a retrieve asks for.

import { readInstant } from "../base/instant.ts";
import { isRawNumber, type JsonValue } from "../base/json/json.ts";
import type { Moment } from "../journal/journal.ts";
import type { DittoHeaders } from "../signals/signal.ts";

/**
 * The moment of the headers `at-historical-revision` (a whole number) and `at-historical-timestamp` (ISO 8601, the
 * events before it); undefined where neither is given. Takes headers of their types: what is neither number nor time is
 * no moment that anything was recorded at.
 */
export function momentOf(headers: DittoHeaders): Moment | undefined {
  const revision = headers["at-historical-revision"];
  const timestamp = headers["at-historical-timestamp"];
  if (revision === undefined && timestamp === undefined) return undefined;
  return {
    ...(revision !== undefined && { revision: revisionOf(revision) }),
    ...(timestamp !== undefined && { before: readInstant(String(timestamp)) ?? 0 }),
  };
}

/** Numbers beyond those that a double holds exactly become one that no revision reaches, the negative ones 0. */
function revisionOf(value: JsonValue): number {
  const number = Number(isRawNumber(value) ? value.rawJSON : value);
  return Number.isInteger(number) ? Math.max(0, Math.min(number, Number.MAX_SAFE_INTEGER)) : 0;
}
