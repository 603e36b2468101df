// The bodies of writing commands: what is wrong with one whatever the state of the thing.

import { invalidJson, missingJsonField } from "../base/json/errors.ts";
import { isObject, type JsonObject, type JsonValue } from "../base/json/json.ts";
import { readJsonPatch } from "../base/json/json-patch.ts";
import { checkKey } from "../base/json/keys.ts";
import type { Command } from "../signals/signal.ts";
import { checkPartPatch, checkThingPatch } from "./merge.ts";
import { checkThing } from "./model.ts";
import { type ThingResource, thingResource } from "./resources.ts";
import { checkThingId } from "./thing-id.ts";

/** The checked body of a whole thing in normal form; an id in it must be that of the request. */
export function thingOf({ id, value }: Command): JsonObject {
  if (!isObject(value)) throw invalidJson("A thing is a JSON object.");
  checkThingId(id, value);
  return checkThing(value);
}

/** The checked value of a part of a thing in normal form. */
export function partOf({ path, value }: Command, resource: ThingResource): JsonValue {
  path.forEach(checkKey);
  if (value === undefined) throw missingJsonField("/value");
  return resource.check(value);
}

/**
 * Refuses a body that no state of the thing could take. Ditto's door judges bodies before anybody asks who may write, so
 * a refusal for another reason gives way to this one.
 */
export function checkThingBody(command: Command): void {
  const { action, path, patchFormat, value } = command;
  const resource = thingResource(path);
  if (!resource || action === "delete" || action === "retrieve") return;
  if (patchFormat) readJsonPatch(value ?? null);
  else if (action === "merge")
    path.length === 0 ? checkThingPatch(command) : checkPartPatch(command, resource);
  else path.length === 0 ? thingOf(command) : partOf(command, resource);
}
