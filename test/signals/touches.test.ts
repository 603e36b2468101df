// Whether a change touches a path.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { equals, type JsonObject, type JsonValue } from "../../src/base/json/json.ts";
import { getAt, printPath, readPath } from "../../src/base/json/pointer.ts";
import type { Change, EventAction } from "../../src/signals/signal.ts";
import { touches } from "../../src/signals/touches.ts";
import { applyThing } from "../../src/things/apply.ts";

const at = "/features/f/properties/p";

describe(`of ${at}`, () => {
  const cases: readonly (readonly [
    EventAction,
    path: string,
    value: JsonValue | undefined,
    isTouched: boolean,
  ])[] = [
    ["modified", at, 1, true],
    ["modified", `${at}/deep`, 1, true],
    ["modified", "/features/f/properties", {}, true],
    ["modified", "/", { attributes: {} }, true],
    ["modified", "/features/f/properties/q", 1, false],
    ["modified", "/features/f/properties/p2", 1, false],
    ["modified", "/features/f/desiredProperties/p", 1, false],
    ["created", "/", {}, true],
    ["created", "/attributes", {}, false],
    ["deleted", "/", undefined, true],
    ["deleted", "/features/f", undefined, true],
    ["deleted", at, undefined, true],
    ["deleted", `${at}/deep`, undefined, true],
    ["deleted", "/features/g", undefined, false],
    ["merged", at, null, true],
    ["merged", `${at}/deep`, { x: 1 }, true],
    ["merged", "/", { features: { f: { properties: { p: 1 } } } }, true],
    ["merged", "/", { features: { f: { properties: { p: {} } } } }, true],
    ["merged", "/", { features: { f: { properties: { p: null } } } }, true],
    ["merged", "/", { features: { f: { properties: { q: 1 } } } }, false],
    ["merged", "/", { features: { f: { properties: {} } } }, false],
    ["merged", "/", { attributes: { p: 1 } }, false],
    ["merged", "/", { features: null }, true],
    ["merged", "/features", { f: null }, true],
    ["merged", "/features/f/properties", null, true],
    ["merged", "/features/f", { properties: 5 }, true],
    ["merged", "/features", { "{{ ~^f$~ }}": null }, true],
    ["merged", "/features", { "{{ ~g.*~ }}": null }, false],
    ["merged", "/features", { "{{ ~f~ }}": { properties: {} } }, false],
    ["merged", "/features/f/properties", { "{{ /[op]/ }}": null, q: 1 }, true],
    ["merged", "/features", { "{{ /.*/ }}": null, f: {} }, true],
  ];
  test.each(cases)("%s %s %j: %s", (action, path, value, isTouched) => {
    const change: Change = { action, path: readPath(path), ...(value !== undefined && { value }) };
    expect(touches(change, readPath(at))).toBe(isTouched);
  });
});

const key = fc.constantFrom("a", "b", "__proto__");
const leaf = fc.constantFrom<JsonValue>(1, 2, null, {}, []);
const { value: anyValue } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, leaf, fc.dictionary(key, tie("value") as fc.Arbitrary<JsonValue>)),
}));
const patch = fc.dictionary(fc.oneof(key, fc.constantFrom("{{~a~}}", "{{/.*/}}")), anyValue);
const path = fc.array(key, { maxLength: 3 }).map((keys) => ["attributes", ...keys]);

test("what a change does not touch stays as it was", () => {
  const change: fc.Arbitrary<Change> = fc.oneof(
    fc.record({ action: fc.constant("modified" as const), path, value: anyValue }),
    fc.record({ action: fc.constant("merged" as const), path, value: fc.oneof(anyValue, patch) }),
    fc.record({ action: fc.constant("deleted" as const), path }),
  );
  fc.assert(
    fc.property(fc.dictionary(key, anyValue), change, path, (attributes, made, looked) => {
      const thing: JsonObject = { attributes };
      const before = { value: thing, revision: 1, created: 0, modified: 0 };
      const after = applyThing(before, made, 2, 0).value;
      if (!touches(made, looked))
        expect(equals(getAt(after, looked), getAt(thing, looked)), printPath(looked)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
