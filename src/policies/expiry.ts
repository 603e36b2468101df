// When subjects expire: from its expiry on a policy is enforced as if it did not name one.

import { getKey, isObject, type JsonValue } from "../base/json/json.ts";
import type { PolicyEntry } from "./model.ts";

/** When a subject expires, in milliseconds since the epoch; `Infinity` where it does not. */
export function expiryOf(subject: JsonValue | undefined): number {
  const expiry = isObject(subject) ? getKey(subject, "expiry") : undefined;
  const time = typeof expiry === "string" ? Date.parse(expiry) : Number.NaN;
  return Number.isNaN(time) ? Number.POSITIVE_INFINITY : time;
}

/** When the next subject of resolved entries expires after `now`; `Infinity` when none does. */
export function nextExpiry(entries: readonly Pick<PolicyEntry, "subjects">[], now: number): number {
  let next = Number.POSITIVE_INFINITY;
  for (const { subjects = {} } of entries) {
    for (const id of Object.keys(subjects)) {
      const expiry = expiryOf(subjects[id]);
      if (expiry > now && expiry < next) next = expiry;
    }
  }
  return next;
}
