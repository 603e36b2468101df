// Committed events of the past, page by page (basic-history and protocol-specification-streaming-subscription pages).

import type { Path } from "../../base/json/pointer.ts";
import type { AuthContext, DittoHeaders, EntityEvent, EntityKind } from "../../signals/signal.ts";

/**
 * From where to where; both ends are included, and all that are given count. Revisions below 1 are counted from the newest
 * one, which is -1 as the first and 0 as the last; 0 as the first is the oldest that is kept.
 */
export interface PastRange {
  readonly fromRevision?: number;
  readonly toRevision?: number;
  /** Milliseconds since the epoch. Ditto's ends are outside, so doors read them as the millisecond after and before. */
  readonly fromTimestamp?: number;
  readonly toTimestamp?: number;
  /** RQL on the thing that an event tells of; policies have none. */
  readonly filter?: string;
  /** What must be readable of the entity; absent: all of it. It leaves no event out. */
  readonly path?: Path;
}

/** An event as it was, with the headers that the journal kept of it. */
export interface PastEvent {
  readonly event: EntityEvent;
  readonly historicalHeaders: DittoHeaders;
}

/** A stream of past events, in the order of revisions, each as far as its reader may see it. */
export interface PastEvents {
  /** The next ones, at most so many and at least one; `undefined` after the last. One call at a time. */
  next(max: number): Promise<readonly PastEvent[] | undefined>;
  /** Whether it is known that none follows those that were given; absent where only {@link next} can tell. */
  readonly isOver?: boolean;
  /** Nothing more is asked for. */
  cancel(): void;
}

/**
 * Opens the past of an entity up to its newest event at that time. Refuses with the entity's not-found error where it is not
 * there, and where the reader may not read all of a thing or anything of a policy; a filter that is none with
 * `rql.expression.invalid`. Judged by the policy as it is then.
 */
export type OpenPast = (
  kind: EntityKind,
  id: string,
  range: PastRange,
  auth: AuthContext,
  headers: DittoHeaders,
) => Promise<PastEvents>;
