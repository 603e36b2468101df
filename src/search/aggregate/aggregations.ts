// Aggregations as the doors ask for them: what callers may not read is not counted, summed, nor grouped by.

import type { AuthContext, DittoHeaders } from "../../signals/signal.ts";
import type { Ask } from "../query/ask.ts";
import { deadlineOf, inTime } from "../query/deadline.ts";
import { wantedBy } from "../query/subject.ts";
import type { Caller, Circumstances } from "../wanted.ts";
import { groupsIn } from "./groups.ts";
import { type AskedTexts, readAsked } from "./parse.ts";
import { printGroups } from "./print.ts";
import { aggregationStatement } from "./statement.ts";

/** What somebody asks for, as it came. */
export interface AggregationRequest extends AskedTexts {
  readonly filter?: string | undefined;
  /** Absent: all; none at all where it is empty. */
  readonly namespaces?: readonly string[] | undefined;
  /** Patterns of namespaces that are left out. */
  readonly blocked?: readonly string[] | undefined;
  /** Of which only `timeout` counts. */
  readonly headers: DittoHeaders;
  readonly auth: AuthContext;
}

export interface Aggregations {
  /**
   * The groups as JSON. Refusals are thrown as `TwinError`: `rql.expression.invalid`, `thing-search:search.option.invalid`, 408
   * when it takes too long, 429 and 503 when too much is asked. `signal` ends the statement.
   */
  aggregate(request: AggregationRequest, signal?: AbortSignal): Promise<string>;
}

export interface AggregationParts {
  /** The one of searches, with which aggregations share their turns. */
  readonly ask: Ask;
  /** How long one may take, in milliseconds. */
  readonly searchTimeout: number;
}

export function aggregating({ ask, searchTimeout }: AggregationParts): Aggregations {
  return {
    async aggregate(request, signal) {
      const { filter, namespaces, blocked, headers, auth } = request;
      const asked = readAsked(request);
      const wanted = wantedBy({ filter, namespaces }, blocked);
      const about = {
        kind: "aggregate",
        filter,
        namespaces,
        sort: [],
        correlationId: headers["correlation-id"],
      } as const;
      const make = (...whose: [Caller, Circumstances]) => aggregationStatement({ asked, wanted }, ...whose);
      const rows = await inTime(deadlineOf(headers, searchTimeout), signal, (allowed) =>
        ask({ make, auth, now: Date.now(), about, foundIn: (rows) => rows.length }, allowed),
      );
      return printGroups(asked, groupsIn(asked, rows));
    },
  };
}
