// What a search is about, before it is a statement.

import type { Criterion } from "../rql/criterion.ts";
import type { SearchField } from "./field.ts";

/** Which things are wanted. */
export interface Wanted {
  /** Absent: all. */
  readonly criterion?: Criterion | undefined;
  /** Absent: of all namespaces; none at all where it is empty. */
  readonly namespaces?: readonly string[] | undefined;
  /** Patterns of namespaces that are left out, in which `*` stands for any text and `?` for one character. */
  readonly blocked?: readonly string[] | undefined;
}

/** Whose search it is. */
export interface Caller {
  readonly subjects: readonly string[];
  /** Whether some policy lets them read some, but not all, of a thing; otherwise whatever they find they may read whole. */
  readonly isPartial: boolean;
}

export interface SortKey {
  readonly field: SearchField;
  readonly descending: boolean;
}

/** Where in the order of a search something stands: the values of one of its keys, as `search_rank` and the like make them. */
export type SortValue =
  /** Of the fields that are columns: `thingId`, `namespace`, `policyId`, `_revision`. */
  | { readonly plain: string | number }
  /** `number` is decimal text, exact. */
  | { readonly rank: number; readonly number: string; readonly text: string };

/** What statements are made for. */
export interface Circumstances {
  /** Milliseconds since the epoch: what `time:now` stands for. */
  readonly now: number;
  /** When the statement must give up by itself, in milliseconds since the epoch; absent where it can be cancelled. */
  readonly deadline?: number | undefined;
  /** Whether a custom index has the values of the field at the path, all of which are single values. */
  readonly isIndexed: (path: readonly string[]) => boolean;
}
