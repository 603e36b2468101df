// A thing as the index holds it.

import { namespaceOf } from "../../base/ids.ts";
import { selectFields } from "../../base/json/fields.ts";
import { getKey, type JsonObject, type JsonValue, putKey } from "../../base/json/json.ts";
import type { Path } from "../../base/json/pointer.ts";
import { compilePattern } from "../../base/pattern.ts";
import { recent } from "../../base/recent.ts";
import { keysOf, rarities } from "../keys.ts";
import type { ThingRow } from "../store.ts";
import type { IndexedFields, RecordedThing } from "./parts.ts";

const MAX_REMEMBERED = 10_000;
/** Whatever is configured, every thing is indexed with these. */
const ALWAYS: readonly Path[] = [["thingId"], ["policyId"]];

/** The fields that are indexed of the things of a namespace; `undefined` stands for all. */
export type FieldsOf = (namespace: string) => readonly Path[] | undefined;

/** The fields of the first pattern that matches. */
export function fieldsFinder(configured: readonly IndexedFields[]): FieldsOf {
  if (configured.length === 0) return () => undefined;
  const rules = configured.map(({ pattern, fields }) => ({
    matches: compilePattern(pattern, false),
    fields: [...ALWAYS, ...fields],
  }));
  const known = recent<{ readonly fields: readonly Path[] | undefined }>(MAX_REMEMBERED);
  const find = (namespace: string) => ({ fields: rules.find(({ matches }) => matches(namespace))?.fields });
  return (namespace) => (known.get(namespace) ?? known.put(namespace, find(namespace))).fields;
}

/** The row of a living thing: as far as it is indexed, with its special fields. */
export function rowOf(
  id: string,
  thing: RecordedThing & { readonly value: JsonObject },
  fieldsOf: FieldsOf,
): ThingRow {
  const fields = fieldsOf(namespaceOf(id));
  const document: { [key: string]: JsonValue } = {
    ...(fields ? selectFields(thing.value, fields) : thing.value),
  };
  document._revision = thing.revision;
  document._created = new Date(thing.created).toISOString();
  document._modified = new Date(thing.modified).toISOString();
  if (thing.metadata) putKey(document, "_metadata", thing.metadata);
  return {
    id,
    revision: thing.revision,
    policyId: policyOf(thing.value),
    thing: JSON.stringify(document),
    keys: [...keysOf(document), ...rarities(id)],
  };
}

/** Empty where the thing has no policy. */
function policyOf(value: JsonObject): string {
  const policyId = getKey(value, "policyId");
  return typeof policyId === "string" ? policyId : "";
}
