// Random things and policies as rows of the index.

import type { JsonObject } from "../../../src/base/json/json.ts";
import type { PolicyEntry } from "../../../src/policies/model.ts";
import { compileAccess } from "../../../src/search/indexer/access-row.ts";
import { keysOf } from "../../../src/search/keys.ts";
import type { AccessRow, ThingRow } from "../../../src/search/store.ts";
import { now } from "./vocabulary.ts";

export const namespaceOf = (thing: JsonObject): string => String(thing.thingId).split(":")[0] as string;

export const thingRow = (thing: JsonObject): ThingRow => ({
  id: thing.thingId as string,
  revision: thing._revision as number,
  policyId: thing.policyId as string,
  thing: JSON.stringify(thing),
  keys: keysOf(thing),
});

/** The rows of a policy for the things of some namespaces, as the indexer makes them. */
export const accessRows = (
  policyId: string,
  entries: readonly PolicyEntry[],
  namespaces: readonly string[],
): readonly AccessRow[] =>
  namespaces.map(
    (namespace) =>
      compileAccess({ policyId, namespace }, { entries, sources: [{ id: policyId, revision: 1 }] }, now).row,
  );
