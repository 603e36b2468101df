// Which moment of the past a retrieve asks for.

import type { Moment } from "../../journal/journal.ts";
import type { DittoHeaders } from "../../signals/signal.ts";

/**
 * The moment of the headers `at-historical-revision` and `at-historical-timestamp` (of the events before it), which are
 * numbers by their types; undefined where neither is given.
 */
export function momentOf(headers: DittoHeaders): Moment | undefined {
  const revision = headers["at-historical-revision"] as number | undefined;
  const before = headers["at-historical-timestamp"] as number | undefined;
  if (revision === undefined && before === undefined) return undefined;
  return { ...(revision !== undefined && { revision }), ...(before !== undefined && { before }) };
}
