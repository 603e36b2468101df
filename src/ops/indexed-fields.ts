// The setting SEARCH_NAMESPACE_INDEXED_FIELDS: what search knows of things, as in Ditto's configuration
// `ditto.search.namespace-indexed-fields`, but as JSON.

import { parseFields } from "../base/json/fields.ts";
import type { Path } from "../base/json/pointer.ts";
import { isPatternLengthAllowed } from "../base/pattern.ts";
import { jsonOf, membersOf, textsOf } from "./json-kind.ts";
import type { Kind } from "./setting-kinds.ts";

/** The fields that are indexed of things whose namespace matches a pattern. */
export interface NamespaceIndexedFields {
  /** `*` stands for any number of characters, `?` for exactly one. */
  readonly pattern: string;
  readonly fields: readonly Path[];
}

const form = '[{"namespace-pattern":…,"indexed-fields":[…]},…]';

/** JSON such as `[{"namespace-pattern":"org.example*","indexed-fields":["attributes","features/info"]}]`. */
export const indexedFields: Kind<readonly NamespaceIndexedFields[]> = {
  form,
  secret: false,
  parse(text) {
    const rows = jsonOf(text, form);
    if (!Array.isArray(rows)) throw new Error(`must be JSON of the form ${form}`);
    // As in Ditto, a row without fields says nothing.
    return rows.map((row, i) => rowOf(row, `[${i}]`)).filter(({ fields }) => fields.length > 0);
  },
};

function rowOf(value: unknown, place: string): NamespaceIndexedFields {
  const row = membersOf(value, place, ["namespace-pattern", "indexed-fields"]);
  const pattern = row["namespace-pattern"];
  if (typeof pattern !== "string" || pattern === "" || !isPatternLengthAllowed(pattern))
    throw new Error(`must have a pattern of namespaces as namespace-pattern in ${place}`);
  const selectors = textsOf(row["indexed-fields"] ?? [], `indexed-fields in ${place}`);
  return { pattern, fields: selectors.length === 0 ? [] : pathsOf(selectors.join(","), place) };
}

function pathsOf(selector: string, place: string): readonly Path[] {
  try {
    return parseFields(selector);
  } catch (error) {
    throw new Error(`must have field selectors as indexed-fields in ${place}`, { cause: error });
  }
}
