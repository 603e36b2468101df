// What the properties of a search name, and where their values stand in the index.

import type { Path } from "../base/json/pointer.ts";
import { invalidRqlExpression, quoted } from "../rql/errors.ts";
import { fieldOf, type Vocabulary } from "../rql/field.ts";

export type SearchField =
  /** A column of the index. */
  | {
      readonly kind: "column";
      readonly column: "id" | "namespace" | "policy_id" | "revision";
      readonly path: Path;
    }
  /** In the document; READ is judged at the path. */
  | { readonly kind: "nested"; readonly path: Path }
  /** In each feature (`features/*`), at a path below it; READ is judged for each feature. */
  | { readonly kind: "features"; readonly below: Path };

/** Deepest path accepted: PostgreSQL walks paths by recursion. */
export const MAX_KEYS = 100;

const COLUMNS = {
  thingId: "id",
  namespace: "namespace",
  policyId: "policy_id",
  _revision: "revision",
} as const;

/** Unlike in conditions, `namespace` has no underscore, and metadata cannot be addressed as a whole. */
const searchVocabulary: Vocabulary = {
  fields: new Set([...Object.keys(COLUMNS), "definition", "_created", "_modified"]),
  placeholders: new Set(),
};

/**
 * What a property addresses when values are compared with it, when it is asked for (`exists`, `empty`), or when things
 * are put in order by it. A property that is none is refused with `rql.expression.invalid`. In an order `*` is a
 * feature of that very name, and definitions of features are refused, both as in Ditto.
 */
export function searchFieldOf(property: string, use: "compare" | "ask" | "sort"): SearchField {
  const field = fieldOf(property, use === "sort" ? "compare" : use, searchVocabulary);
  if (!("path" in field)) return topLevelField(field.name);
  const { path } = field;
  if (path.length > MAX_KEYS)
    throw invalidRqlExpression(`${quoted(property)} has more than ${MAX_KEYS} keys.`);
  const isOfFeature = path[0] === "features";
  if (use === "sort") {
    if (isOfFeature && path[2] === "definition")
      throw invalidRqlExpression(`${quoted(property)} is no property that things can be sorted by.`);
    return { kind: "nested", path };
  }
  return isOfFeature && path[1] === "*"
    ? { kind: "features", below: path.slice(2) }
    : { kind: "nested", path };
}

/** Whether what is at the top of a document is a column of the index as well, which stands for it. */
export const isColumn = (name: string): boolean => Object.hasOwn(COLUMNS, name);

function topLevelField(name: string): SearchField {
  if (!isColumn(name)) return { kind: "nested", path: [name] };
  return { kind: "column", column: COLUMNS[name as keyof typeof COLUMNS], path: [name] };
}
