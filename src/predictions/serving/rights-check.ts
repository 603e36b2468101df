// Whether a predictor may read what it looks at and write where it writes, told as problems where it may not.

import { isObject, type JsonObject } from "../../base/json/json.ts";
import { getAt, type Path, printPath } from "../../base/json/pointer.ts";
import { type RightsSources, type ThingRights, thingRights } from "../../dispatch/rights.ts";
import type { Output, Predictor } from "../model.ts";
import type { Monitor } from "../monitoring/monitor.ts";

export interface RightsCheck {
  /** Looks a thing up and notes what is not allowed; `undefined` where there is none. Rejects as {@link thingRights}. */
  look(thingId: string): Promise<ThingRights | undefined>;
  /** Looks at some things that a predictor may be for, as who sees nothing is told of nothing. */
  sample(): Promise<void>;
}

export interface RightsCheckParts {
  readonly sources: RightsSources;
  readonly predictor: Predictor;
  readonly inputs: readonly Path[];
  readonly monitor: Pick<Monitor, "problem" | "wellAgain">;
  /** IDs of things after one, in their order. */
  listIds(after: string, limit: number): Promise<readonly string[]>;
  isBound(thing: JsonObject, thingId: string): boolean;
}

/** The same whether there are no things or none may be read, so that nobody learns which. */
const NOTHING_SEEN = "There is no thing yet of which its subjects may read something.";
/** Things that are looked at in each of so many namespaces. */
const SAMPLED = 10;
const NAMESPACES = 10;

export function rightsCheck(parts: RightsCheckParts): RightsCheck {
  const { sources, predictor, inputs, monitor } = parts;
  const subjects = predictor.authorizationContext;
  let isBlind = false;

  async function look(thingId: string): Promise<ThingRights | undefined> {
    const rights = await thingRights(sources, thingId, subjects);
    if (rights) note(thingId, rights);
    return rights;
  }

  function note(thingId: string, { access, state }: ThingRights): void {
    const unreadable = inputs.find((path) => !access.hasUnrestricted("thing", path, "READ"));
    const unwritable = written(predictor.output, state.value).find(
      (path) => !access.hasUnrestricted("thing", path, "WRITE"),
    );
    // Whoever may see nothing of a thing is not to learn of it.
    const isSeen = access.hasPartial("thing", [], "READ");
    const shownId = isSeen ? thingId : "";
    if (isSeen && isBlind) monitor.wellAgain("input-not-readable", "");
    if (isSeen) isBlind = false;
    if (unreadable)
      monitor.problem("input-not-readable", shownId, `READ on thing:${printPath(unreadable)} is missing.`);
    else monitor.wellAgain("input-not-readable", shownId);
    if (!unwritable) monitor.wellAgain("output-not-writable", shownId);
    else
      monitor.problem("output-not-writable", shownId, `WRITE on thing:${printPath(unwritable)} is missing.`);
  }

  /** Of a thing that a predictor sees something of. */
  async function noteVisible(thingId: string): Promise<boolean> {
    const rights = await thingRights(sources, thingId, subjects);
    if (!rights?.access.hasPartial("thing", [], "READ")) return false;
    if (parts.isBound(visibleThing(rights), thingId)) note(thingId, rights);
    return true;
  }

  return {
    look,
    async sample() {
      const namespaces = predictor.bind.namespaces?.slice(0, NAMESPACES);
      const starts = namespaces ? namespaces.map((namespace) => `${namespace}:`) : [""];
      let isAnySeen = false;
      for (const start of starts) {
        const ids = (await parts.listIds(start, SAMPLED)).filter((id) => id.startsWith(start));
        for (const id of ids) if (await noteVisible(id)) isAnySeen = true;
      }
      if (isAnySeen) return;
      isBlind = true;
      monitor.problem("input-not-readable", "", NOTHING_SEEN);
    },
  };
}

/** What may be read of a thing, with its special fields. */
export function visibleThing({ state, access }: ThingRights): JsonObject {
  const { value = {}, revision, created, modified, metadata } = state;
  const seen = access.view("thing", value, []);
  return {
    ...(isObject(seen) && seen),
    _revision: revision,
    _created: new Date(created).toISOString(),
    _modified: new Date(modified).toISOString(),
    ...(metadata && { _metadata: access.view("thing", metadata, []) ?? {} }),
  };
}

/** Where a prediction writes, given the thing as it is: the definition of its feature only where there is none. */
function written(
  { feature, definition, properties, desiredProperties }: Output,
  thing: JsonObject | undefined,
): readonly Path[] {
  const at = (part: string, pointer: Path) => ["features", feature, part, ...pointer];
  const definitionPath = at("definition", []);
  return [
    ...(definition && !getAt(thing, definitionPath) ? [definitionPath] : []),
    ...properties.map(({ pointer }) => at("properties", pointer)),
    ...desiredProperties.map(({ pointer }) => at("desiredProperties", pointer)),
  ];
}
