import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { equals, isObject, type JsonObject, type JsonValue } from "../../src/base/json/json.ts";
import { mergeAt, mergePatch } from "../../src/base/json/merge-patch.ts";
import { parseJson } from "../../src/base/json/parse.ts";
import { anyJson } from "../support/json-arbitraries.ts";
import { deepFreeze } from "../support/things.ts";

const merged = (target: string, patch: string) =>
  JSON.stringify(mergePatch(deepFreeze(parseJson(target)), deepFreeze(parseJson(patch))));

describe("the examples of RFC 7396, appendix A", () => {
  const examples = [
    { original: '{"a":"b"}', patch: '{"a":"c"}', result: '{"a":"c"}' },
    { original: '{"a":"b"}', patch: '{"b":"c"}', result: '{"a":"b","b":"c"}' },
    { original: '{"a":"b"}', patch: '{"a":null}', result: "{}" },
    { original: '{"a":"b","b":"c"}', patch: '{"a":null}', result: '{"b":"c"}' },
    { original: '{"a":["b"]}', patch: '{"a":"c"}', result: '{"a":"c"}' },
    { original: '{"a":"c"}', patch: '{"a":["b"]}', result: '{"a":["b"]}' },
    { original: '{"a":{"b":"c"}}', patch: '{"a":{"b":"d","c":null}}', result: '{"a":{"b":"d"}}' },
    { original: '{"a":[{"b":"c"}]}', patch: '{"a":[1]}', result: '{"a":[1]}' },
    { original: '["a","b"]', patch: '["c","d"]', result: '["c","d"]' },
    { original: '{"a":"b"}', patch: '["c"]', result: '["c"]' },
    { original: '{"a":"foo"}', patch: "null", result: "null" },
    { original: '{"a":"foo"}', patch: '"bar"', result: '"bar"' },
    { original: '{"e":null}', patch: '{"a":1}', result: '{"e":null,"a":1}' },
    { original: "[1,2]", patch: '{"a":"b","c":null}', result: '{"a":"b"}' },
    { original: "{}", patch: '{"a":{"bb":{"ccc":null}}}', result: '{"a":{"bb":{}}}' },
  ];
  for (const { original, patch, result } of examples) {
    test(`${original} with ${patch} is ${result}`, () => expect(merged(original, patch)).toBe(result));
  }
});

test("__proto__ and constructor merge, and are removed, like any member", () => {
  const target = '{"__proto__":{"a":1,"b":2},"constructor":3}';
  expect(merged(target, '{"__proto__":{"a":null,"c":4}}')).toBe(
    '{"__proto__":{"b":2,"c":4},"constructor":3}',
  );
  expect(merged(target, '{"__proto__":null,"constructor":null}')).toBe("{}");
  expect(merged("{}", '{"__proto__":{"polluted":true}}')).toBe('{"__proto__":{"polluted":true}}');
  expect(merged("{}", '{"toString":{"x":null}}')).toBe('{"toString":{}}');
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test("nulls within an array are values", () => {
  expect(merged('{"a":1}', '{"a":[null,{"b":null}]}')).toBe('{"a":[null,{"b":null}]}');
});

test("a merge at a path changes what lies there and makes what is missing above it", () => {
  const root = deepFreeze(parseJson('{"a":{"b":1,"c":2}}')) as JsonObject;
  expect(JSON.stringify(mergeAt(root, ["a"], { b: null, d: 3 }))).toBe('{"a":{"c":2,"d":3}}');
  expect(JSON.stringify(mergeAt(root, ["a", "b"], null))).toBe('{"a":{"c":2}}');
  expect(JSON.stringify(mergeAt(root, ["x", "y"], { z: 1 }))).toBe('{"a":{"b":1,"c":2},"x":{"y":{"z":1}}}');
  expect(mergeAt(root, ["x", "y"], null)).toBe(root);
  expect(JSON.stringify(mergeAt(root, [], { a: null }))).toBe("{}");
});

test("a merged patch merged again changes nothing, and neither side is written to", () => {
  fc.assert(
    fc.property(anyJson, anyJson, (target, patch) => {
      const once = mergePatch(deepFreeze(target), deepFreeze(patch));
      expect(equals(mergePatch(deepFreeze(once), patch), once)).toBe(true);
    }),
  );
});

test("what a patch names has its value, what it does not name keeps its own", () => {
  fc.assert(
    fc.property(anyJson, anyJson, (target, patch) => {
      if (!isObject(target) || !isObject(patch)) return;
      const after = mergePatch(target, patch) as JsonObject;
      for (const key of Object.keys(patch)) expect(Object.hasOwn(after, key)).toBe(patch[key] !== null);
      for (const key of Object.keys(target))
        if (!Object.hasOwn(patch, key)) expect(after[key]).toBe(target[key] as JsonValue);
    }),
  );
});

test("a pattern deletes whole keys before anything is set, and one that cannot be read deletes none", () => {
  const target = '{"k-1":{"a":1},"k-2":2,"ok-1":3}';
  expect(merged(target, '{"k-1":{"b":1},"{{ ~k-.*~ }}":null}')).toBe('{"ok-1":3,"k-1":{"b":1}}');
  expect(merged(target, '{"{{/.*1/}}":null,"n":{"{{ ~x~ }}":null}}')).toBe('{"k-2":2,"n":{}}');
  expect(merged(target, '{"{{ ~k-(~ }}":null}')).toBe(target);
  expect(merged('{"{{ ~k~ }}":1,"k":2,"~k~":3}', '{"{{ ~k~ }}":null,"{{k}}":null,"~k~":4}')).toBe(
    '{"~k~":4}',
  );
});
