import { invalidJsonPointer } from "../base/json/errors.ts";
import { checkKey } from "../base/json/keys.ts";
import { MAX_DEPTH } from "../base/json/parse.ts";
import { getAt, printPath } from "../base/json/pointer.ts";
import { applyThing } from "../things/apply.ts";
import { checkThingBody } from "../things/body.ts";
import { decideThing } from "../things/decide.ts";
import * as errors from "../things/errors.ts";
import { thingIsEqual } from "../things/if-equal.ts";
import { type ThingResource, thingResource } from "../things/resources.ts";
import type { EntityRules } from "./rules.ts";

/** Things, as the dispatcher sees them. */
export const thingRules = (maxSize: number, removeEmptyObjects = false): EntityRules => ({
  kind: "thing",
  maxSize,
  removeEmptyObjects,
  resource: thingResource,
  valueAt: (state, path) => getAt(state.value, path),
  retrieve(state, id, path) {
    const value = getAt(state.value, path);
    if (value === undefined) throw (thingResource(path) as ThingResource).notFound(id, path);
    return value;
  },
  checkPath(path) {
    if (path.length > MAX_DEPTH) throw invalidJsonPointer(`${printPath(path.slice(0, 3))}/…`);
    path.forEach(checkKey);
  },
  checkBody: checkThingBody,
  checkCreation: () => undefined,
  decide: decideThing,
  apply: applyThing,
  idInvalid: errors.thingIdInvalid,
  idNotSettable: errors.thingIdNotSettable,
  notFound: errors.thingNotFound,
  notModifiable: errors.thingNotModifiable,
  notDeletable: errors.thingNotDeletable,
  unavailable: errors.thingUnavailable,
  tooLarge: errors.thingTooLarge,
  preconditionFailed: errors.thingPreconditionFailed,
  isEqual: thingIsEqual,
});
