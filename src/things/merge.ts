// Merging into a thing (RFC 7396 at every level, and nulls by pattern): what may be said, and what is recorded of it.

import { invalidJson, missingJsonField } from "../base/json/errors.ts";
import { getKey, isObject, type JsonObject, type JsonValue } from "../base/json/json.ts";
import { checkKey } from "../base/json/keys.ts";
import { getAt } from "../base/json/pointer.ts";
import { patternFault } from "../base/json/regex-merge.ts";
import type { Decision } from "../signals/decision.ts";
import type { Command } from "../signals/signal.ts";
import { mergeInvalid, policyIdNotDeletable } from "./errors.ts";
import { checkThing } from "./model.ts";
import type { ThingResource } from "./resources.ts";
import { checkThingId, thingIdNotDeletable } from "./thing-id.ts";

/**
 * Decides a merge into any resource of a thing. Recorded is the patch in normal form, patterns included, as Ditto tells
 * it: a valid patch merged into a valid thing is one, so the outcome needs no check of its own.
 */
export function mergeThing(thing: JsonObject, command: Command, resource: ThingResource): Decision {
  const { path } = command;
  const value = path.length === 0 ? checkThingPatch(command) : checkPartPatch(command, resource);
  const fault = patternFault(getAt(thing, path), value);
  if (fault !== undefined) throw mergeInvalid(fault);
  return { change: { action: "merged", path, value }, status: 204 };
}

/** The patch of a whole thing, checked and in normal form; what is no member of a thing, patterns too, is left out. */
export function checkThingPatch({ id, value }: Command): JsonObject {
  if (value === undefined) throw missingJsonField("/value");
  if (value === null) throw mergeInvalid("a thing cannot be deleted by a merge.");
  if (!isObject(value)) throw invalidJson("A thing is a JSON object.");
  if (getKey(value, "thingId") === null) throw thingIdNotDeletable();
  checkThingId(id, value);
  if (getKey(value, "policyId") === null) throw policyIdNotDeletable();
  const hasId = getKey(value, "thingId") !== undefined;
  const patch = { ...(hasId && { thingId: id }), ...checkThing(value) };
  if (Object.keys(patch).length === 0) throw mergeInvalid("it names no member of a thing.");
  return patch;
}

/** The patch of a part of a thing, checked and in normal form. */
export function checkPartPatch({ path, value }: Command, resource: ThingResource): JsonValue {
  path.forEach(checkKey);
  if (value === undefined) throw missingJsonField("/value");
  if (path[0] === "policyId" && value === null) throw policyIdNotDeletable();
  return resource.check(value);
}
