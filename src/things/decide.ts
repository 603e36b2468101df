// The verdict on a writing command of a thing: pure, no I/O, no clock.

import type { JsonObject, JsonValue } from "../base/json/json.ts";
import { mergePatch } from "../base/json/merge-patch.ts";
import { getAt } from "../base/json/pointer.ts";
import type { Decision } from "../signals/decision.ts";
import type { Command, EntityState } from "../signals/signal.ts";
import { partOf, thingOf } from "./body.ts";
import { featureErrors, thingConflict, thingNotFound } from "./errors.ts";
import { checkThingPatch, mergeThing } from "./merge.ts";
import { normalForm } from "./model.ts";
import { type ThingResource, thingResource } from "./resources.ts";

/**
 * Decides a create, modify, merge or delete on any resource of a thing's tree; refuses with the error of the
 * resource. `state` is the newest state, decided or committed; absent or without a value there is no thing.
 */
export function decideThing(state: EntityState | undefined, command: Command): Decision {
  const resource = thingResource(command.path);
  if (!resource) throw thingNotFound(command.id);
  const thing = state?.value;
  switch (command.action) {
    case "create":
      if (thing) throw thingConflict(command.id);
      return createThing(command);
    case "modify":
      return command.path.length === 0 ? putThing(thing, command) : putPart(thing, command, resource);
    case "merge":
      return thing ? mergeThing(thing, command, resource) : mergeIntoNothing(command);
    case "delete":
      return deletePart(thing, command, resource);
    case "retrieve":
      throw new Error("a retrieve decides nothing");
  }
}

function createThing(command: Command): Decision {
  const value = { thingId: command.id, ...thingOf(command) };
  return { change: { action: "created", path: [], value }, status: 201, value };
}

function putThing(thing: JsonObject | undefined, command: Command): Decision {
  if (!thing) return createThing(command);
  // A replaced thing keeps its policy unless it names another; null attributes, features and definition count as absent
  // in what is removed, and so stay, as in Ditto.
  const kept: { [key: string]: JsonValue } = {};
  for (const key of ["definition", "attributes", "features"]) if (thing[key] === null) kept[key] = null;
  const put = thingOf(command);
  const policyId = put.policyId ?? (thing.policyId as JsonValue);
  const value = normalForm({ ...kept, ...put, thingId: command.id, policyId });
  return { change: { action: "modified", path: [], value }, status: 204 };
}

function putPart(thing: JsonObject | undefined, command: Command, resource: ThingResource): Decision {
  if (!thing) throw thingNotFound(command.id);
  requireFeature(thing, command);
  const value = partOf(command, resource);
  const exists = getAt(thing, command.path) !== undefined;
  return exists
    ? { change: { action: "modified", path: command.path, value }, status: 204 }
    : { change: { action: "created", path: command.path, value }, status: 201, value };
}

/** What lies in a feature can only be written while there is the feature. */
function requireFeature(thing: JsonObject, command: Command): void {
  if (command.path[0] !== "features" || command.path.length < 3) return;
  const featurePath = command.path.slice(0, 2);
  if (getAt(thing, featurePath) === undefined) throw featureErrors.notFound(command.id, featurePath);
}

/** A merge of a whole thing that does not exist creates it; nulls have nothing to delete. */
function mergeIntoNothing(command: Command): Decision {
  if (command.path.length > 0) throw thingNotFound(command.id);
  return createThing({ ...command, value: mergePatch({}, checkThingPatch(command)) });
}

function deletePart(thing: JsonObject | undefined, command: Command, resource: ThingResource): Decision {
  if (!thing) throw thingNotFound(command.id);
  requireFeature(thing, command);
  if (getAt(thing, command.path) === undefined) throw resource.notFound(command.id, command.path);
  return { change: { action: "deleted", path: command.path }, status: 204 };
}
