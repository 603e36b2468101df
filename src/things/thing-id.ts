import { defineError } from "../base/errors.ts";
import { getKey, type JsonObject } from "../base/json/json.ts";
import { thingIdNotSettable } from "./errors.ts";

export const thingIdNotDeletable = defineError("things:id.notdeletable", 400, () => ({
  message: "The ID of a thing cannot be deleted.",
  description: "Leave it out of the merge, or delete the thing.",
}));

/** Refuses a thing's JSON whose ID is not that of the request; without an ID it has the right one. */
export function checkThingId(id: string, thing: JsonObject): void {
  const given = getKey(thing, "thingId");
  if (given !== undefined && given !== id) throw thingIdNotSettable(String(given));
}
