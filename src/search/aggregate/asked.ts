// What an aggregation is about, once it is read.

import type { SearchField } from "../field.ts";
import type { Truncation } from "./truncation.ts";

/** What groups are made by. */
export interface GroupField {
  /** As it is named in the answer. */
  readonly name: string;
  readonly field: SearchField;
  /** Absent: by the value itself. */
  readonly truncation?: Truncation | undefined;
}

/** What is worked out for each group. */
export type Aggregate =
  /** How many things there are; with a field, those that have a number there. */
  | { readonly name: string; readonly kind: "count"; readonly field?: SearchField }
  | { readonly name: string; readonly kind: "sum" | "avg" | "min" | "max"; readonly field: SearchField }
  /** The smallest number that `share` of the numbers do not exceed. */
  | {
      readonly name: string;
      readonly kind: "percentile";
      readonly share: number;
      readonly field: SearchField;
    };

export interface Asked {
  readonly groupBy: readonly GroupField[];
  readonly aggregates: readonly Aggregate[];
  /** Most groups told. */
  readonly size: number;
}

export const MAX_GROUP_FIELDS = 5;
export const MAX_AGGREGATES = 20;
export const MAX_GROUPS = 1000;
export const DEFAULT_GROUPS = 100;
