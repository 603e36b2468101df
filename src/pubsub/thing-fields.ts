// Selecting fields of the state that a thing is in when a signal of it is published.

import { namespaceOf } from "../base/ids.ts";
import { selectFields } from "../base/json/fields.ts";
import { getKey, type JsonObject, type JsonValue } from "../base/json/json.ts";
import type { Path } from "../base/json/pointer.ts";
import type { EntityState } from "../signals/signal.ts";
import type { FieldSet } from "./field-set.ts";

/** What fields select of a thing, special ones such as `_revision` included. */
export type Select = (fields: readonly Path[]) => JsonObject;

const specials: Readonly<Record<string, (id: string, state: EntityState) => JsonValue | undefined>> = {
  _namespace: (id) => namespaceOf(id),
  _revision: (_id, { revision }) => revision,
  _created: (_id, { created }) => new Date(created).toISOString(),
  _modified: (_id, { modified }) => new Date(modified).toISOString(),
  _metadata: (_id, { metadata }) => metadata,
};

/** A top-level field of a thing, or a special one. */
export function fieldOf(id: string, state: EntityState, name: string): JsonValue | undefined {
  if (Object.hasOwn(specials, name)) return specials[name]?.(id, state);
  return state.value && getKey(state.value, name);
}

/** Selects of a thing with this value, each time anew. */
export const selectFrom =
  (id: string, state: EntityState, value: JsonObject): Select =>
  (fields) =>
    selectFields(withSpecials(fields, id, state, value), fields);

function withSpecials(
  fields: readonly Path[],
  id: string,
  state: EntityState,
  value: JsonObject,
): JsonObject {
  let all: { [key: string]: JsonValue } | undefined;
  for (const [name = ""] of fields) {
    const special = Object.hasOwn(specials, name) ? specials[name]?.(id, state) : undefined;
    if (special === undefined) continue;
    all ??= { ...value };
    all[name] = special;
  }
  return all ?? value;
}

/**
 * Selects the same as `select`, but fields of a set out of what all of them select, which is done once, and equal ones of them once
 * too. Which set it is, is asked when first something is selected.
 */
export function selectOnce(select: Select, setOf: () => FieldSet | undefined): Select {
  const known = new Map<readonly Path[], JsonObject>();
  let set: FieldSet | undefined;
  let all: JsonObject | undefined;
  let isAsked = false;
  return (fields) => {
    if (!isAsked) set = setOf();
    isAsked = true;
    if (!set?.covers(fields)) return select(fields);
    const found = known.get(fields);
    if (found) return found;
    all ??= select(set.fields);
    const selected = selectFields(all, fields);
    known.set(fields, selected);
    return selected;
  };
}
