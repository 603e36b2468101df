// Searching as the doors ask for it.

import type { Path } from "../base/json/pointer.ts";
import type { AuthContext, DittoHeaders } from "../signals/signal.ts";

/** What somebody asks for, as it came. */
export interface SearchRequest {
  readonly filter?: string | undefined;
  /** Absent: all; none at all where it is empty. */
  readonly namespaces?: readonly string[] | undefined;
  /** Patterns of namespaces that are left out, as in {@link Wanted}. */
  readonly blocked?: readonly string[] | undefined;
  /** Sorting and paging, such as `sort(+thingId),size(10)`. */
  readonly option?: string | undefined;
  readonly fields?: readonly Path[] | undefined;
  /** Those of each read: a thing whose read they refuse is left out. */
  readonly headers: DittoHeaders;
  readonly auth: AuthContext;
}

/** A thing that was found, as its reader may see it. */
export interface FoundThing {
  readonly id: string;
  /** JSON. */
  readonly text: string;
}

/** Reads things as if each was asked for alone; what cannot be read is left out. */
export type ReadThings = (
  ids: readonly string[],
  how: {
    readonly auth: AuthContext;
    readonly headers: DittoHeaders;
    readonly fields?: readonly Path[] | undefined;
  },
) => Promise<readonly FoundThing[]>;

/** The answer to a search, one page of what is found. */
export interface FoundPage {
  readonly things: readonly FoundThing[];
  /** Where the next page begins, if there is one, and nobody asked for an offset by `limit`. */
  readonly cursor?: string | undefined;
  /**
   * As Ditto tells it: of the next page, beside {@link cursor}, or -1; absent where things were found by `size` or
   * by a cursor.
   */
  readonly nextPageOffset?: number | undefined;
}

/** Pages of a search that follow one another as they are asked for. */
export interface PageStream {
  /** The next page, never an empty one; `undefined` after the last, after a refusal, and once cancelled. One call at a time. */
  next(): Promise<readonly FoundThing[] | undefined>;
  /** Whether it is known that no page follows those that were given; absent where only {@link next} can tell. */
  readonly isOver?: boolean | undefined;
  /** Ends the search, and the statement under way. */
  cancel(): void;
}

/** Refusals are thrown as `TwinError`: `rql.expression.invalid`, `thing-search:…`, 408 when it takes too long, 503. */
export interface Search {
  query(request: SearchRequest, signal?: AbortSignal): Promise<FoundPage>;
  count(request: Omit<SearchRequest, "option" | "fields">, signal?: AbortSignal): Promise<number>;
  /**
   * A search without end: only `sort` and `size` (of a page) are options. `after` is the id of the last thing that was
   * received before, for going on behind it. Nothing is looked at, nor refused, before the first page is asked for.
   */
  stream(request: SearchRequest & { readonly after?: string | undefined }): PageStream;
}
