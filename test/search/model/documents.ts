// Random things as the index holds them, and policies for them.

import fc from "fast-check";
import { isArray, isObject, type JsonObject, type JsonValue, putKey } from "../../../src/base/json/json.ts";
import { type Path, printPath } from "../../../src/base/json/pointer.ts";
import type { PolicyEntry } from "../../../src/policies/model.ts";
import { definitions, featureId, key, now, policyIds, scalar, subject } from "./vocabulary.ts";

function objectOf(
  name: fc.Arbitrary<string>,
  member: fc.Arbitrary<JsonValue>,
  constraints: fc.ArrayConstraints,
): fc.Arbitrary<JsonObject> {
  return fc.array(fc.tuple(name, member), constraints).map((members) => {
    const object: { [key: string]: JsonValue } = {};
    for (const [id, value] of members) putKey(object, id, value);
    return object;
  });
}

const optional = <T extends JsonValue>(value: fc.Arbitrary<T>) =>
  fc.option(value, { nil: undefined, freq: 9 });

/** A member that is undefined is none. */
const recordOf = (fields: Record<string, fc.Arbitrary<JsonValue | undefined>>): fc.Arbitrary<JsonObject> =>
  fc
    .record(fields)
    .map(
      (all) =>
        Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as JsonObject,
    );

const instant = fc.constantFrom(now, now - 1, now - 3_600_000).map((time) => new Date(time).toISOString());

/** Things without their ids. Most paths have an array in some thing if any has, so some rounds do without. */
function bodiesOf(withArrays: boolean): fc.Arbitrary<readonly JsonObject[]> {
  const { json } = fc.letrec<{ json: JsonValue }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 3, depthSize: "large" },
      { weight: 4, arbitrary: scalar },
      { weight: 2, arbitrary: objectOf(key, tie("json"), { maxLength: 3 }) },
      ...(withArrays ? [{ weight: 2, arbitrary: fc.array(tie("json"), { maxLength: 3 }) }] : []),
    ),
  }));
  const members = objectOf(key, json, { minLength: 1, maxLength: 5 });
  const feature = recordOf({
    definition: optional(fc.subarray(definitions)),
    properties: optional(members),
    desiredProperties: optional(members),
  });
  const nullable = (value: fc.Arbitrary<JsonObject>) =>
    fc.oneof({ weight: 9, arbitrary: value }, { weight: 1, arbitrary: fc.constant<JsonValue>(null) });
  const body = recordOf({
    policyId: fc.constantFrom(...policyIds),
    definition: optional(fc.constantFrom(...definitions)),
    attributes: optional(nullable(members)),
    features: optional(objectOf(featureId, nullable(feature), { maxLength: 4 })),
    _revision: fc.integer({ min: 1, max: 5 }),
    _created: instant,
    _modified: instant,
    _metadata: optional(recordOf({ attributes: optional(members), features: optional(members) })),
  });
  return fc.array(body, { minLength: 30, maxLength: 40 });
}

/** Things of two namespaces; their names tell of the order of texts. */
export const things: fc.Arbitrary<readonly JsonObject[]> = fc
  .oneof(bodiesOf(true), bodiesOf(false))
  .map((bodies) =>
    bodies.map((thing, i) => ({
      thingId: `org.${i % 3 === 0 ? "b" : "a"}:${"aBz_é€"[i % 6]}${i}`,
      ...thing,
    })),
  );

/** Keys of policies hold no control characters. */
const resourceKey = key.filter((name) => name !== "\0");
const paths: fc.Arbitrary<Path> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Path[]>([], ["attributes"], ["features"], ["attributes", "a"]) },
  {
    weight: 2,
    arbitrary: fc.array(resourceKey, { minLength: 1, maxLength: 3 }).map((keys) => ["attributes", ...keys]),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(featureId, fc.constantFrom<Path[]>([], ["properties"], ["definition"], ["properties", "a"]))
      .map(([id, rest]) => ["features", id, ...rest]),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Path[]>(["policyId"], ["_revision"], ["definition"], ["_modified"]),
  },
  { weight: 1, arbitrary: fc.constantFrom<Path[]>(["_metadata"], ["_metadata", "attributes", "a"]) },
);

const READ = { grant: ["READ"], revoke: [] };
const effects = fc.constantFrom(
  READ,
  READ,
  { grant: [], revoke: ["READ"] },
  { grant: ["WRITE"], revoke: [] },
);
const entry = fc
  .tuple(
    fc.uniqueArray(subject, { minLength: 1, maxLength: 2 }),
    fc.array(fc.tuple(paths, effects), { minLength: 1, maxLength: 3 }),
  )
  .map(([subjects, resources]) => ({
    subjects: Object.fromEntries(subjects.map((id) => [id, { type: "t" }])),
    resources: Object.fromEntries(resources.map(([path, effect]) => [`thing:${printPath(path)}`, effect])),
    importable: "implicit" as const,
  }));

const owner = {
  subjects: { "s:owner": { type: "t" } },
  resources: { "thing:/": { grant: ["READ", "WRITE"], revoke: [] } },
  importable: "implicit" as const,
};

/** For each policy its entries; `s:owner` may read everything. */
export const policies: fc.Arbitrary<ReadonlyMap<string, readonly PolicyEntry[]>> = fc
  .tuple(...policyIds.map(() => fc.array(entry, { maxLength: 5 })))
  .map((all) => new Map(policyIds.map((id, i) => [id, [owner, ...(all[i] as PolicyEntry[])]])));

/** Those who ask: half of them owners, who may read everything. */
export const asking = fc.oneof(
  fc.constant(["s:owner"]),
  fc.uniqueArray(subject, { minLength: 1, maxLength: 3 }),
  fc.uniqueArray(subject, { minLength: 1, maxLength: 2 }).map((some) => ["s:owner", ...some]),
);

/** Whether an array stands somewhere on a path of a thing, or at its end. */
export function hasArrayOn(document: JsonObject, path: Path): boolean {
  let here: JsonValue | undefined = document;
  for (const step of path) {
    if (isArray(here)) return true;
    here = isObject(here) && Object.hasOwn(here, step) ? here[step] : undefined;
  }
  return isArray(here);
}
