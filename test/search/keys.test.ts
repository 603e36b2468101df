import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/base/json/json.ts";
import { parseJson } from "../../src/base/json/parse.ts";
import {
  inAnyFeature,
  keyOfValue,
  keysOf,
  keysOfPath,
  rarities,
  type Scalar,
} from "../../src/search/keys.ts";

const document = (text: string) => parseJson(text) as JsonObject;
const hasValue = (text: string, path: readonly string[], value: Scalar) =>
  keysOf(document(text)).includes(keyOfValue(path, value));
const hasPath = (text: string, path: readonly string[]) => {
  const keys = new Set(keysOf(document(text)));
  return keysOfPath(path).every((key) => keys.has(key));
};

describe("a document has the key of", () => {
  test.each<[text: string, path: readonly string[], value: Scalar]>([
    ['{"attributes":{"a":1.0}}', ["attributes", "a"], 1],
    ['{"attributes":{"a":10e-1}}', ["attributes", "a"], 1],
    ['{"attributes":{"a":-0}}', ["attributes", "a"], 0],
    ['{"attributes":{"a":null}}', ["attributes", "a"], null],
    ['{"attributes":{"a":false}}', ["attributes", "a"], false],
    ['{"attributes":{"a":""}}', ["attributes", "a"], ""],
    ['{"attributes":{"a":"\\u0000\\ud800"}}', ["attributes", "a"], "\ufffd\ufffd"],
    ['{"attributes":{"\\u0000":1}}', ["attributes", "\ufffd"], 1],
    ['{"attributes":{"a":"\\ud83d\\ude00"}}', ["attributes", "a"], "\u{1f600}"],
    ['{"attributes":{"a":[1,[2],"x"]}}', ["attributes", "a"], "x"],
    ['{"attributes":{"a":[{"b":[{"c":5}]}]}}', ["attributes", "a", "b", "c"], 5],
    ['{"attributes":{"__proto__":{"a":1}}}', ["attributes", "__proto__", "a"], 1],
    ['{"features":{"f":{"properties":{"p":1}}}}', ["features", "f", "properties", "p"], 1],
    ['{"features":{"f":{"properties":{"p":1}}}}', inAnyFeature(["properties", "p"]), 1],
  ])("%s: the value at %j that is %j", (text, path, value) => {
    expect(hasValue(text, path, value)).toBe(true);
  });

  test.each<[text: string, path: readonly string[]]>([
    ['{"attributes":{"a":null}}', ["attributes", "a"]],
    ['{"attributes":{"a":[{"b":{}}]}}', ["attributes", "a", "b"]],
    ['{"features":{"f":{"properties":{"p":{"q":[]}}}}}', ["features", "f", "properties", "p", "q"]],
    ['{"features":{"f":{"properties":{"p":1}}}}', inAnyFeature(["properties", "p"])],
    ['{"features":{"f":null}}', ["features", "f"]],
    ['{"features":{"f":null}}', inAnyFeature([])],
  ])("%s: something at %j", (text, path) => {
    expect(hasPath(text, path)).toBe(true);
  });
});

describe("a document has no key of", () => {
  test.each<[text: string, path: readonly string[], value: Scalar]>([
    ['{"attributes":{"a":1}}', ["attributes", "a"], "1"],
    ['{"attributes":{"a":"null"}}', ["attributes", "a"], null],
    ['{"attributes":{"a":9007199254740993}}', ["attributes", "a"], 9007199254740992],
    ['{"attributes":{"a":[[2]]}}', ["attributes", "a"], 2],
    ['{"attributes":{"ab":1}}', ["attributes", "a", "b"], 1],
    ['{"thingId":"n:t","attributes":{}}', ["thingId"], "n:t"],
  ])("%s: the value at %j that is %j", (text, path, value) => {
    expect(hasValue(text, path, value)).toBe(false);
  });

  test("what is at a path that leads to nothing", () => {
    const text = '{"attributes":{"a":[[{"b":1}]]},"features":{"f":{},"g":{"properties":{"p":1}}}}';
    expect(hasPath(text, ["attributes", "a", "b"])).toBe(false);
    expect(hasPath(text, ["features", "h", "properties", "p"])).toBe(false);
    expect(hasPath(text, inAnyFeature(["properties", "q"]))).toBe(false);
  });
});

test("keys are stored: they are the same in every version", () => {
  const text = '{"attributes":{"a":[1,"x",true,null]},"features":{"f":{"properties":{"p":-2.5}}}}';
  expect(keysOf(document(text))).toMatchInlineSnapshot(`
    [
      4293649,
      10929554,
      10495961,
      12706211,
      16714318,
      6301490,
      3605240,
      11139814,
      5463864,
      11665817,
      10471232,
      5910710,
      6146932,
    ]
  `);
});

test("each key comes once, and all of them are few enough for an index that forgets none", () => {
  const values = Array.from({ length: 20_000 }, (_, i) => i % 10_000);
  const keys = keysOf({ attributes: { a: values } });
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys.length).toBeGreaterThan(9_950);
  for (const key of keys) expect(key >>> 24).toBe(0);
});

test("one thing of 128 has the commonest of the keys that nothing looks for, one of 16,384 the rarest", () => {
  const counts = new Map<number, number>();
  for (let i = 0; i < 100_000; i++)
    for (const key of rarities(`n:t${i}`)) counts.set(key, (counts.get(key) ?? 0) + 1);
  const found = [...counts.values()].sort((a, b) => b - a);
  expect(found).toHaveLength(8);
  expect(found[0]).toBeGreaterThan(600);
  expect(found[0]).toBeLessThan(1_000);
  expect(found[7]).toBeLessThan(30);
});
