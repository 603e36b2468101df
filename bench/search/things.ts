// The things of the search bench: those of the others with fields to search by, under policies with a partial reader.

import { policyFor, thingOf } from "../target.ts";

export const searchNamespace = "org.pollux.search";
export const thingCount = 100_000;
export const policyCount = 200;
/** May read attributes, but for the notes, and features. */
export const partialReader = "nginx:partial";

/** The custom indexes that the shapes need. */
export const customIndexes = JSON.stringify({
  rank: { fields: [{ name: "attributes/rank", direction: "ASC" }] },
  name: { fields: [{ name: "attributes/name", direction: "ASC" }] },
});

/** A policy that gives the owner everything, and the partial reader less. */
export function searchPolicy(owner: string): string {
  const policy = JSON.parse(policyFor(owner)) as { entries: object };
  const read = { grant: ["READ"], revoke: [] };
  const partial = {
    subjects: { [partialReader]: { type: "bench" } },
    resources: {
      "thing:/attributes": read,
      "thing:/features": read,
      "thing:/attributes/note": { grant: [], revoke: ["READ"] },
    },
  };
  return JSON.stringify({ entries: { ...policy.entries, partial } });
}

/** A thing of about 1 KB; `rank` is a number of its own for each, not in the order of the ids. */
export function searchThing(policy: string, i: number): string {
  const thing = JSON.parse(thingOf(policy, i)) as { attributes: object };
  const own = { rank: rankOf(i), name: nameOf(i) };
  return JSON.stringify({ ...thing, attributes: { ...thing.attributes, ...own } });
}

/** 7919 is a prime, so every rank comes up once. */
export const rankOf = (i: number): number => (i * 7919) % thingCount;
export const nameOf = (i: number): string => `machine-${String(rankOf(i)).padStart(6, "0")}`;
