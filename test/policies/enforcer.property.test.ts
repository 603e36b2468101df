import fc from "fast-check";
import { expect, test } from "vitest";
import { isArray, isObject, type JsonObject, type JsonValue, putKey } from "../../src/base/json/json.ts";
import { printPath } from "../../src/base/json/pointer.ts";
import { compileEnforcer } from "../../src/policies/enforcer.ts";
import type { EffectedPermissions } from "../../src/policies/model.ts";
import { referenceModel } from "./reference-model.ts";

const key = fc.constantFrom("a", "b", "c", "__proto__");
const path = fc.array(key, { maxLength: 4 });
const type = fc.constantFrom("thing", "policy");
const subject = fc.constantFrom("s:1", "s:2", "s:3", "s:4");
const permissions = fc.subarray(["READ", "WRITE", "FLY"]);

const resource = fc.tuple(type, path, permissions, permissions);
const entry = fc
  .tuple(fc.uniqueArray(subject, { maxLength: 3 }), fc.array(resource, { maxLength: 4 }))
  .map(([subjects, resources]) => ({ subjects: subjectsOf(subjects), resources: resourcesOf(resources) }));

const subjectsOf = (ids: readonly string[]): JsonObject =>
  Object.fromEntries(ids.map((id) => [id, { type: "t" }]));

function resourcesOf(rows: readonly (readonly [string, string[], string[], string[]])[]) {
  return Object.fromEntries(
    rows.map(([kind, at, grant, revoke]): [string, EffectedPermissions] => [
      `${kind}:${printPath(at)}`,
      { grant, revoke },
    ]),
  );
}

const { json } = fc.letrec<{ json: JsonValue }>((tie) => ({
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

const entries = fc.array(entry, { maxLength: 6 });
const asking = fc.array(subject, { maxLength: 3 });

test("the enforcer decides as the plainly written rules do, for several subjects at once", () => {
  fc.assert(
    fc.property(
      entries,
      asking,
      type,
      path,
      fc.constantFrom("READ", "WRITE"),
      (policy, who, kind, at, need) => {
        const enforcer = compileEnforcer(policy);
        const access = enforcer.forSubjects(who);
        const expected = referenceModel(policy, need);
        expect(access.hasUnrestricted(kind, at, need)).toBe(expected.hasUnrestricted(who, [kind, ...at]));
        expect(access.hasPartial(kind, at, need)).toBe(expected.hasPartial(who, [kind, ...at]));
      },
    ),
    { numRuns: 6000 },
  );
});

test("a view holds exactly the leaves that the plainly written rules leave", () => {
  fc.assert(
    fc.property(entries, asking, json, path, (policy, who, value, at) => {
      const seen = compileEnforcer(policy).forSubjects(who).view("thing", value, at);
      const expected = referenceModel(policy, "READ").view(who, value, ["thing", ...at]);
      expect(JSON.stringify(seen)).toBe(JSON.stringify(expected));
      if (JSON.stringify(seen) === JSON.stringify(value)) expect(seen).toBe(value);
    }),
    { numRuns: 6000 },
  );
});

test("what may be read without restriction is seen whole, what may not be read in part not at all", () => {
  fc.assert(
    fc.property(entries, asking, json, path, (policy, who, value, at) => {
      const access = compileEnforcer(policy).forSubjects(who);
      const seen = access.view("thing", value, at);
      if (access.hasUnrestricted("thing", at, "READ")) expect(seen).toBe(value);
      if (!access.hasPartial("thing", at, "READ")) expect(seen).toBeUndefined();
    }),
    { numRuns: 2000 },
  );
});

test("the readers of a path are the subjects that, each alone, may read it or something below it", () => {
  fc.assert(
    fc.property(entries, type, fc.array(path, { minLength: 1, maxLength: 3 }), (policy, kind, paths) => {
      const enforcer = compileEnforcer(policy);
      const reference = referenceModel(policy, "READ");
      for (const at of paths) {
        const readers = enforcer.readersOf(kind, at);
        expect([...readers].sort()).toEqual([...reference.readersOf([kind, ...at])].sort());
        for (const id of ["s:1", "s:2", "s:3", "s:4"])
          expect(readers.has(id)).toBe(enforcer.forSubjects([id]).hasPartial(kind, at, "READ"));
      }
    }),
    { numRuns: 3000 },
  );
});

test("a view never holds what the value did not", () => {
  fc.assert(
    fc.property(entries, asking, json, (policy, who, value) => {
      const seen = compileEnforcer(policy).forSubjects(who).view("thing", value, []);
      if (seen !== undefined) expect(isPartOf(seen, value)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

function isPartOf(part: JsonValue, whole: JsonValue): boolean {
  if (isObject(part) && isObject(whole))
    return Object.keys(part).every(
      (name) => Object.hasOwn(whole, name) && isPartOf(part[name] as JsonValue, whole[name] as JsonValue),
    );
  if (isArray(part) && isArray(whole))
    return part.every((element) => whole.some((other) => isPartOf(element, other)));
  return part === whole;
}
