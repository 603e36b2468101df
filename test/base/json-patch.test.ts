import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type JsonValue, putKey } from "../../src/base/json/json.ts";
import { pathsNamed, pathsWritten, readJsonPatch } from "../../src/base/json/json-patch.ts";
import { applyJsonPatch } from "../../src/base/json/json-patch-apply.ts";
import { parseJson } from "../../src/base/json/parse.ts";
import { anyKey, anyObject } from "../support/json-arbitraries.ts";
import { codeOf, deepFreeze } from "../support/things.ts";

const apply = (value: string, patch: string) =>
  applyJsonPatch(deepFreeze(parseJson(value)), readJsonPatch(parseJson(patch)));

describe("what operations make of a value", () => {
  const cases: readonly (readonly [value: string, patch: string, outcome: string])[] = [
    ['{"a":1}', '[{"op":"add","path":"/b","value":[2]}]', '{"a":1,"b":[2]}'],
    ['{"a":1}', '[{"op":"add","path":"/a","value":null}]', '{"a":null}'],
    ["[1,3]", '[{"op":"add","path":"/1","value":2}]', "[1,2,3]"],
    ["[1]", '[{"op":"add","path":"/1","value":2},{"op":"add","path":"/-","value":3}]', "[1,2,3]"],
    ["[[1]]", '[{"op":"add","path":"/0/-","value":2}]', "[[1,2]]"],
    ['{"a":[1,2]}', '[{"op":"remove","path":"/a/0"}]', '{"a":[2]}'],
    ['{"a":[1,2]}', '[{"op":"replace","path":"/a/1","value":3}]', '{"a":[1,3]}'],
    ['{"a":{"b":1}}', '[{"op":"move","from":"/a/b","path":"/c"}]', '{"a":{},"c":1}'],
    ["[1,2,3]", '[{"op":"move","from":"/0","path":"/2"}]', "[2,3,1]"],
    ['{"a":1}', '[{"op":"move","from":"/a","path":"/a"}]', '{"a":1}'],
    ['{"a":[1]}', '[{"op":"copy","from":"/a","path":"/a/0"}]', '{"a":[[1],1]}'],
    ['{"a":{"x":1,"y":2}}', '[{"op":"test","path":"/a","value":{"y":2,"x":1}}]', '{"a":{"x":1,"y":2}}'],
    ['{"a/b":1,"~1":2}', '[{"op":"remove","path":"/a~1b"},{"op":"remove","path":"/~01"}]', "{}"],
    ["1", '[{"op":"test","path":"","value":1},{"op":"replace","path":"","value":{}}]', "{}"],
    [
      '{"n":9007199254740993}',
      '[{"op":"copy","from":"/n","path":"/m"}]',
      '{"n":9007199254740993,"m":9007199254740993}',
    ],
    [
      '{"__proto__":{"a":1}}',
      '[{"op":"add","path":"/__proto__/b","value":2}]',
      '{"__proto__":{"a":1,"b":2}}',
    ],
    ["{}", '[{"op":"add","path":"/__proto__","value":{"x":1}}]', '{"__proto__":{"x":1}}'],
    ['{"__proto__":1,"b":2}', '[{"op":"remove","path":"/__proto__"}]', '{"b":2}'],
    ["{}", "[]", "{}"],
  ];
  test.each(cases)("%s with %s is %s", (value, patch, outcome) => {
    expect(JSON.stringify(apply(value, patch))).toBe(`{"value":${outcome}}`);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
});

describe("operations that cannot be applied", () => {
  const cases: readonly (readonly [value: string, patch: string, failed: string])[] = [
    ['{"a":1}', '[{"op":"test","path":"/a","value":2}]', "test"],
    ['{"a":9007199254740993}', '[{"op":"test","path":"/a","value":9007199254740992}]', "test"],
    ['{"a":1}', '[{"op":"test","path":"/b","value":2}]', "operation"],
    ["{}", '[{"op":"remove","path":"/a"}]', "operation"],
    ["{}", '[{"op":"remove","path":""}]', "operation"],
    ["{}", '[{"op":"replace","path":"/a","value":1}]', "operation"],
    ["{}", '[{"op":"copy","from":"/a","path":"/b"}]', "operation"],
    ["{}", '[{"op":"add","path":"/a/b","value":1}]', "operation"],
    ["[1]", '[{"op":"add","path":"/2","value":1}]', "operation"],
    ["[1]", '[{"op":"add","path":"/01","value":1}]', "operation"],
    ["[1]", '[{"op":"add","path":"/a","value":1}]', "operation"],
    ["[1]", '[{"op":"replace","path":"/-","value":1}]', "operation"],
    ["[1]", '[{"op":"test","path":"/length","value":1}]', "operation"],
    ['{"a":{}}', '[{"op":"move","from":"/a","path":"/a/b"}]', "operation"],
    ["{}", '[{"op":"test","path":"/constructor/name","value":"Object"}]', "operation"],
    ["{}", '[{"op":"add","path":"/__proto__/x","value":1}]', "operation"],
    ['{"n":9007199254740993}', '[{"op":"add","path":"/n/rawJSON","value":1}]', "operation"],
    ['{"n":9007199254740993}', '[{"op":"remove","path":"/n/rawJSON"}]', "operation"],
  ];
  test.each(cases)("%s with %s: %s", (value, patch, failed) => {
    expect(apply(value, patch)).toMatchObject({ failed });
  });
});

describe("documents that are no patch", () => {
  const documents = [
    "{}",
    "[1]",
    '[{"op":"jump","path":"/a"}]',
    '[{"path":"/a"}]',
    '[{"op":"add","path":"/a"}]',
    '[{"op":"remove"}]',
    '[{"op":"remove","path":"a"}]',
    '[{"op":"remove","path":"/a~2"}]',
    '[{"op":"copy","path":"/a"}]',
    JSON.stringify(Array.from({ length: 1001 }, () => ({ op: "remove", path: "/a" }))),
  ];
  test.each(documents)("%s", (document) => {
    expect(codeOf(() => readJsonPatch(parseJson(document)))).toBe("json.invalid");
  });
});

test("copies of copies end before they are too large to print", () => {
  const doubling = Array.from({ length: 60 }, (_, i) => [
    { op: "copy", from: "", path: `/k${i}` },
  ]).flat() as unknown as JsonValue;
  const patch = readJsonPatch(doubling);
  expect(applyJsonPatch({ a: "some text" }, patch)).toMatchObject({ failed: "operation" });
});

test("all its paths are named, and all but those tested or copied from are written to", () => {
  const patch = readJsonPatch([
    { op: "test", path: "/a/b", value: 1 },
    { op: "copy", from: "/c", path: "/d" },
    { op: "move", from: "/e", path: "/f" },
    { op: "add", path: "/g", value: 1 },
    { op: "remove", path: "/h" },
  ]);
  expect(pathsNamed(patch).map((path) => path.join("/"))).toEqual(["a/b", "c", "d", "e", "f", "g", "h"]);
  expect(pathsWritten(patch).map((path) => path.join("/"))).toEqual(["d", "e", "f", "g", "h"]);
});

test("an added member is there as any own key, and removing it gives the value back", () => {
  fc.assert(
    fc.property(anyObject, anyKey, anyObject, (object, key, member) => {
      const path = `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      const bare = { ...object };
      delete bare[key];
      const add = readJsonPatch([{ op: "add", path, value: member }]);
      const expected = { ...bare };
      putKey(expected, key, member);
      expect(applyJsonPatch(deepFreeze(bare), add)).toEqual({ value: expected });
      const both = [...add, ...readJsonPatch([{ op: "remove", path }])];
      expect(applyJsonPatch(bare, both)).toEqual({ value: bare });
    }),
  );
});
