import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { equals, isObject, type JsonObject, type JsonValue } from "../../src/base/json/json.ts";
import { parseJson } from "../../src/base/json/parse.ts";
import { getAt, printPath, readPath, removeAt, setAt } from "../../src/base/json/pointer.ts";
import { anyJson, anyKey, anyObject, anyPath } from "../support/json-arbitraries.ts";
import { deepFreeze } from "../support/things.ts";

const lamp = deepFreeze(parseJson('{"a":{"b":1,"c":[{"d":2}]},"e":{"f":3}}')) as JsonObject;

describe("printing and reading", () => {
  const cases: readonly (readonly [path: readonly string[], text: string])[] = [
    [[], "/"],
    [["a"], "/a"],
    [["a", "b"], "/a/b"],
    [["~"], "/~0"],
    [["a/b"], "/a~1b"],
    [["~1"], "/~01"],
    [["~0/"], "/~00~1"],
    [["__proto__", "constructor"], "/__proto__/constructor"],
    [["€ ", "%2F"], "/€ /%2F"],
  ];
  for (const [path, text] of cases) {
    test(`${JSON.stringify(path)} is ${text}`, () => {
      expect(printPath(path)).toBe(text);
      expect(readPath(text)).toEqual(path);
    });
  }

  test("a missing leading slash is forgiven, empty keys are kept for the caller to judge", () => {
    expect(readPath("a/b")).toEqual(["a", "b"]);
    expect(readPath("/a//b/")).toEqual(["a", "", "b", ""]);
    expect(readPath("")).toEqual([]);
  });

  test("any path of keys that are not empty comes back", () => {
    fc.assert(
      fc.property(fc.array(anyKey), (path) => {
        expect(readPath(printPath(path))).toEqual(path);
      }),
    );
  });
});

describe("what there is not", () => {
  const absent = [
    "/x",
    "/a/x",
    "/a/b/x",
    "/a/c/0",
    "/a/c/length",
    "/__proto__",
    "/constructor",
    "/a/toString",
  ];
  for (const path of absent) {
    test(`${path} is absent, and removing it gives the very same object`, () => {
      expect(getAt(lamp, readPath(path))).toBeUndefined();
      expect(removeAt(lamp, readPath(path))).toBe(lamp);
    });
  }
});

test("a change copies what lies on its path and shares the rest", () => {
  const changed = setAt(lamp, ["a", "b"], 9) as JsonObject;

  expect(JSON.stringify(changed)).toBe('{"a":{"b":9,"c":[{"d":2}]},"e":{"f":3}}');
  expect(changed.e).toBe(lamp.e);
  expect((changed.a as JsonObject).c).toBe((lamp.a as JsonObject).c);
  expect(getAt(lamp, ["a", "b"])).toBe(1);
});

test("missing objects are made, and what is no object is replaced on the way", () => {
  expect(JSON.stringify(setAt(lamp, ["x", "y"], 1))).toBe(
    '{"a":{"b":1,"c":[{"d":2}]},"e":{"f":3},"x":{"y":1}}',
  );
  expect(JSON.stringify(setAt(lamp, ["a", "c", "0"], 1))).toBe('{"a":{"b":1,"c":{"0":1}},"e":{"f":3}}');
  expect(JSON.stringify(setAt(undefined, ["a"], null))).toBe('{"a":null}');
});

test("__proto__ is set, read and removed like any key", () => {
  const set = setAt(lamp, ["__proto__", "polluted"], true) as JsonObject;

  expect(JSON.stringify(getAt(set, ["__proto__"]))).toBe('{"polluted":true}');
  expect(Object.keys(set)).toContain("__proto__");
  expect(Object.getPrototypeOf(set)).toBe(Object.prototype);
  expect(JSON.stringify(removeAt(set, ["__proto__"]))).toBe(JSON.stringify(lamp));
  expect(JSON.stringify(getAt(removeAt(set, ["__proto__", "polluted"]), ["__proto__"]))).toBe("{}");
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

describe("laws, on any JSON", () => {
  const law = (holds: (root: JsonObject, path: string[], value: JsonValue) => void) =>
    fc.assert(
      fc.property(anyObject, anyPath, anyJson, (root, path, value) => {
        holds(deepFreeze(root), path, deepFreeze(value));
      }),
    );

  test("what was set is there", () => {
    law((root, path, value) => expect(getAt(setAt(root, path, value), path)).toBe(value));
  });

  test("what was removed is not there, and nothing else is gone", () => {
    law((root, path) => {
      const removed = removeAt(root, path);
      expect(getAt(removed, path)).toBeUndefined();
      const before = getAt(root, path);
      if (before === undefined) expect(removed).toBe(root);
      else expect(equals(setAt(removed, path, before), root)).toBe(true);
    });
  });

  test("setting what is there changes nothing", () => {
    law((root, path) => {
      const value = getAt(root, path);
      if (value !== undefined) expect(equals(setAt(root, path, value), root)).toBe(true);
    });
  });

  test("the last of two settings counts", () => {
    law((root, path, value) => {
      const twice = setAt(setAt(root, path, "first"), path, value);
      expect(equals(twice, setAt(root, path, value))).toBe(true);
    });
  });

  test("siblings of the path are the same objects as before", () => {
    law((root, path, value) => {
      const after = setAt(root, path, value);
      for (let depth = 0; depth < path.length; depth++) {
        const before = getAt(root, path.slice(0, depth));
        if (!isObject(before)) break;
        for (const key of Object.keys(before)) {
          const sibling = [...path.slice(0, depth), key];
          if (key !== path[depth]) expect(getAt(after, sibling)).toBe(getAt(root, sibling));
        }
      }
    });
  });
});
