// Extra fields out of the state that a thing is in when a signal is published, so that no storage is asked.

import { defineError } from "../base/errors.ts";
import { selectFields } from "../base/json/fields.ts";
import { getKey, isObject, type JsonObject, type JsonValue, putKey } from "../base/json/json.ts";
import type { Path } from "../base/json/pointer.ts";
import type { Access } from "../policies/enforcer.ts";
import { type Allowance, partOf } from "./allowance.ts";
import type { Select } from "./thing-fields.ts";
import { weightOf } from "./weight.ts";

export const enrichmentFailed = defineError("signal.enrichment.failed", 500, () => ({
  message: "The extra fields are too much.",
  description:
    "The subscriptions with your rights select too much together; select less, or the same with several of them.",
}));

/** What whoever may read something of a thing is told of it. */
const toldToAll: ReadonlySet<string> = new Set([
  "thingId",
  "_namespace",
  "_revision",
  "_created",
  "_modified",
]);

/**
 * The fields of a thing as far as they may be read; `undefined` where that is nothing. Refuses with
 * `signal.enrichment.failed` what is more than the allowance has left.
 */
export function extraOf(
  fields: readonly Path[],
  select: Select,
  access: Access,
  allowance: Allowance,
): JsonObject | undefined {
  if (fields.length === 0 || !access.hasPartial("thing", [], "READ")) return undefined;
  const selected = select(fields);
  const most = partOf(allowance, Number.POSITIVE_INFINITY);
  const weight = weightOf(selected, most);
  allowance.characters -= weight;
  if (weight > most) throw enrichmentFailed();
  const extra = readable(selected, fields, access);
  return Object.keys(extra).length === 0 ? undefined : extra;
}

/** Selects less than the whole before it is judged, and again: what is left empty would tell that something was there. */
function readable(selected: JsonObject, fields: readonly Path[], access: Access): JsonObject {
  const view = access.view("thing", selected, []);
  if (view === selected) return selected;
  const parts = isObject(view) ? selectFields(view, fields) : {};
  const result: { [key: string]: JsonValue } = {};
  for (const key of Object.keys(selected)) {
    const part = toldToAll.has(key) ? selected[key] : getKey(parts, key);
    if (part !== undefined) putKey(result, key, part);
  }
  return result;
}
