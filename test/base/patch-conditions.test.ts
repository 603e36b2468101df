import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../src/base/json/json.ts";
import { filterPatch, readPatchConditions } from "../../src/base/json/patch-conditions.ts";

const read = (header: JsonValue) => readPatchConditions(header) ?? [];

describe("the header of conditions", () => {
  test("is an object of conditions by pointer, as text or as it is", () => {
    const conditions = [{ path: ["features", "a/b"], condition: "exists(thingId)" }];
    expect(readPatchConditions('{"/features/a~1b":"exists(thingId)"}')).toEqual(conditions);
    expect(readPatchConditions({ "features/a~1b": "exists(thingId)" })).toEqual(conditions);
  });

  const malformed = ["", "nonsense", "[]", '{"a":1}', '{"":"x"}', '{"a//b":"x"}', '{"a/":"x"}', 5];
  test.each(malformed)("%s is malformed", (header) => {
    expect(readPatchConditions(header)).toBeUndefined();
  });
});

describe("a filtered patch", () => {
  const patch = { features: { f: { properties: { p: 100 } }, h: { properties: { z: null } } } };

  test("lacks the parts whose conditions do not hold, and keeps what that leaves empty", () => {
    const conditions = read({ "features/f/properties/p": "no", "/features/h": "yes" });
    expect(filterPatch(patch, conditions, (condition) => condition === "yes")).toEqual({
      features: { f: { properties: {} }, h: { properties: { z: null } } },
    });
  });

  test("asks no condition on what the patch does not say, but one on a null", () => {
    const asked: string[] = [];
    const conditions = read({ "features/g": "absent", "features/h/properties/z": "null" });
    filterPatch(patch, conditions, (condition) => asked.push(condition) > 0);
    expect(asked).toEqual(["null"]);
  });

  test("is empty where the condition on all of it does not hold, and no object has no parts", () => {
    expect(filterPatch(patch, read({ "/": "no" }), () => false)).toEqual({});
    expect(filterPatch(5, read({ a: "no" }), () => false)).toBe(5);
  });

  test("keeps __proto__ a key like any other", () => {
    const named = JSON.parse('{"__proto__":{"a":1,"b":2}}') as JsonValue;
    const filtered = filterPatch(named, read({ "__proto__/a": "no" }), () => false);
    expect(JSON.stringify(filtered)).toBe('{"__proto__":{"b":2}}');
    expect(JSON.stringify(filterPatch({ a: 1 }, read({ "__proto__/a": "no" }), () => false))).toBe('{"a":1}');
  });
});
