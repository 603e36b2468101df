// Things in an index, and searches on it.

import type { JsonObject } from "../../../src/base/json/json.ts";
import { keysOf } from "../../../src/search/keys.ts";
import type { SearchParts } from "../../../src/search/query/parts.ts";
import type { SearchRequest } from "../../../src/search/search.ts";
import type { AccessRow, SearchStore, ThingRow } from "../../../src/search/store.ts";

/** May read all of all things. */
export const owner = { subjects: ["test:owner"] };
/** May read `attributes/public` and the ids of things, no more. */
export const guest = { subjects: ["test:guest"] };

export const POLICY = "org.test:policy";

export const access = (namespace: string): AccessRow => ({
  policyId: POLICY,
  namespace,
  version: "1",
  sources: [POLICY],
  readers: [...owner.subjects, ...guest.subjects],
  partial: guest.subjects,
  rules: { "/": { g: owner.subjects }, "/attributes/public": { g: guest.subjects } },
});

export const thing = (name: string, attributes: JsonObject = {}, revision = 1): ThingRow => {
  const id = `org.test:${name}`;
  return {
    id,
    revision,
    policyId: POLICY,
    thing: JSON.stringify({ thingId: id, policyId: POLICY, attributes, _revision: revision }),
    keys: keysOf({ attributes }),
  };
};

export const names = (found: readonly { readonly id: string }[]): string =>
  found.map(({ id }) => id.slice("org.test:".length)).join(" ");

export const asked = (request: Partial<SearchRequest> = {}): SearchRequest => ({
  headers: {},
  auth: owner,
  ...request,
});

/** Parts around a store: every thing can be read, and nothing is logged. */
export const partsOf = (store: SearchStore, other: Partial<SearchParts> = {}): SearchParts => ({
  store,
  read: async (ids) => ids.map((id) => ({ id, text: `{"thingId":"${id}"}` })),
  isIndexed: () => false,
  accessSettled: async () => {},
  accessVersion: () => 0,
  settings: {
    searchDefaultPageSize: 3,
    searchMaxPageSize: 5,
    searchTimeout: 30_000,
    slowSearchLogEnabled: false,
    slowSearchLogThreshold: 1_000,
  },
  log: { warn: () => {} },
  ...other,
});
