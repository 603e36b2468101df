// Random policies, paths and values, over few names so that they meet.

import fc from "fast-check";
import { type JsonObject, type JsonValue, putKey } from "../../../src/base/json/json.ts";
import { printPath } from "../../../src/base/json/pointer.ts";
import type { EffectedPermissions, PolicyEntry } from "../../../src/policies/model.ts";

export const subjectIds = ["s:1", "s:2", "s:3", "s:4"];
/** The time at which random policies are asked; some of their subjects have expired by then, or just now. */
export const now = 1_000;

const key = fc.constantFrom("a", "b", "c", "__proto__");
/** Short ones mostly, so that several resources of a policy are the same or below one another. */
export const path = fc.oneof(
  { weight: 3, arbitrary: fc.array(fc.constantFrom("a", "b"), { maxLength: 2 }) },
  { weight: 1, arbitrary: fc.array(key, { maxLength: 4 }) },
);
export const type = fc.constantFrom("thing", "policy");
export const permission = fc.constantFrom("READ", "WRITE", "EXECUTE");
const permissions = fc.subarray(["READ", "WRITE", "EXECUTE", "FLY"]);
export const asking = fc.array(fc.constantFrom(...subjectIds, "s:nobody"), { maxLength: 3 });

const expiry = fc.constantFrom(undefined, undefined, undefined, 999, 1_000, 1_001);
const subjects = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...subjectIds), expiry), { maxLength: 3, selector: ([id]) => id })
  .map(
    (rows): JsonObject =>
      Object.fromEntries(
        rows.map(([id, at]) => [
          id,
          { type: "t", ...(at !== undefined && { expiry: new Date(at).toISOString() }) },
        ]),
      ),
  );

const resources = fc
  .array(fc.tuple(type, path, permissions, permissions), { maxLength: 4 })
  .map((rows): { [key: string]: EffectedPermissions } =>
    Object.fromEntries(
      rows.map(([kind, at, grant, revoke]) => [`${kind}:${printPath(at)}`, { grant, revoke }]),
    ),
  );

/** Entries without imports, references and namespaces. */
export const plainEntries = fc.array(
  fc.record({ subjects, resources, importable: fc.constant("implicit") }),
  { maxLength: 6 },
);

export const { json } = fc.letrec<{ json: JsonValue }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, depthSize: "medium" },
    fc.constantFrom<JsonValue[]>(1, "x", null, true),
    fc.array(tie("json"), { maxLength: 3 }),
    fc.uniqueArray(fc.tuple(key, tie("json")), { maxLength: 4, selector: ([name]) => name }).map(objectOf),
  ),
}));

function objectOf(members: readonly (readonly [string, JsonValue])[]): JsonObject {
  const object: { [key: string]: JsonValue } = {};
  for (const [name, value] of members) putKey(object, name, value);
  return object;
}

const policyIds = ["n:1", "n:2", "n:3", "n:none"];
const policyId = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom("n:1", "n:2", "n:3") },
  { weight: 1, arbitrary: fc.constant("n:none") },
);
const label = fc.constantFrom("x", "y", "__proto__");
/** Labels as an import names them, some of what the imported policy has imported itself. */
const importedLabel = fc.oneof(
  { weight: 3, arbitrary: label },
  { weight: 1, arbitrary: fc.tuple(policyId, label).map(([id, name]) => `imported-${id}-${name}`) },
);
const reference = fc.record({ import: policyId, entry: label }, { requiredKeys: ["entry"] });
export const namespace = fc.constantFrom("org", "org.a", "org.ab", "org.a.b");

const entry = fc.record(
  {
    subjects,
    resources,
    importable: fc.constantFrom("implicit", "implicit", "implicit", "explicit", "never"),
    namespaces: fc.uniqueArray(fc.constantFrom("org", "org.a", "org.a.*"), { maxLength: 2 }),
    allowedAdditions: fc.subarray(["subjects", "resources", "namespaces"]),
    references: fc.array(reference, { minLength: 1, maxLength: 3 }),
  },
  { requiredKeys: ["subjects", "resources", "importable"] },
) satisfies fc.Arbitrary<PolicyEntry>;

const oneImport = fc.record(
  {
    entries: fc.uniqueArray(importedLabel, { maxLength: 3 }),
    transitiveImports: fc.uniqueArray(policyId, { minLength: 1, maxLength: 3 }),
  },
  { requiredKeys: ["entries"] },
);

const membersOf = <T extends JsonObject>(name: fc.Arbitrary<string>, member: fc.Arbitrary<T>) =>
  fc
    .uniqueArray(fc.tuple(name, member), { maxLength: 3, selector: ([unique]) => unique })
    .map((members) => objectOf(members));

const policy: fc.Arbitrary<JsonObject> = fc.record({
  imports: membersOf(policyId, oneImport),
  entries: membersOf(label, entry as unknown as fc.Arbitrary<JsonObject>),
});

/** Policies that import and reference one another; the first is the one to ask. */
export const library = fc
  .tuple(policy, policy, policy)
  .map(
    (policies): ReadonlyMap<string, JsonObject> =>
      new Map(policies.map((one, i) => [policyIds[i] as string, one])),
  );
