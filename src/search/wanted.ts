// What a search is about, before it is a statement.

import type { Path } from "../base/json/pointer.ts";
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
  /** Absent where it is not known, so that rights are judged thing by thing. */
  readonly common?: CommonRights | undefined;
}

/** What partial readers may do with each of the things that they may find, whatever its policy; "no" where it depends. */
export interface CommonRights {
  /** Whether they may read what is at a path. */
  readonly mayRead: (path: Path) => boolean;
  /** Whether they may read everything of every feature. */
  readonly mayReadFeatures: boolean;
  /** Of some policies, or of all that they are readers of, those that grant nothing at any of the pointers themselves. */
  readonly silentAt: (pointers: readonly string[], among?: Policies) => Policies;
  /** The pointers, not many, at which each of the policies grants them something; absent where it grants more than others. */
  readonly grants?: readonly string[] | undefined;
}

/** A set of policies: a bit for each, or for all that say the same. */
export type Policies = bigint;

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
