import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../src/base/json/json.ts";
import { parseMetadataHeaders } from "../../src/things/metadata/headers.ts";
import { codeOf } from "../support/things.ts";

const putKeys = (raw: JsonValue) =>
  parseMetadataHeaders({ "put-metadata": raw })?.put.map(({ key, value }) => [key.join("/"), value]);

test("a request without metadata headers asks for nothing", () => {
  expect(parseMetadataHeaders({ "correlation-id": "c" })).toBeUndefined();
});

test("what HTTP brings as text and a protocol message as JSON is read alike", () => {
  const value = [{ key: "unit", value: "K" }];

  expect(putKeys(JSON.stringify(value))).toEqual([["unit", "K"]]);
  expect(putKeys(value)).toEqual([["unit", "K"]]);
});

test("keys for all leaves are put first, then in the order of their text, of one key the greater value last", () => {
  const entries = [
    { key: "b", value: 1 },
    { key: "#", value: 0 },
    { key: "/a", value: "y" },
    { key: "*/z", value: 2 },
    { key: "a", value: "x" },
  ];

  expect(putKeys(entries)).toEqual([
    ["*/z", 2],
    ["#", 0],
    ["a", "x"],
    ["a", "y"],
    ["b", 1],
  ]);
});

test("slashes at the ends of a key do not count, and only ~0 is an escape", () => {
  expect(parseMetadataHeaders({ "put-metadata": [{ key: "/a~0b/c~1d/", value: null }] })?.put).toEqual([
    { key: ["a~b", "c~1d"], value: null },
  ]);
});

test("integers beyond 2^53 and a key __proto__ come through unharmed", () => {
  const read = parseMetadataHeaders({
    "put-metadata": '[{"key":"__proto__","value":{"__proto__":9007199254740993}}]',
  });

  expect(JSON.stringify(read?.put)).toBe('[{"key":["__proto__"],"value":{"__proto__":9007199254740993}}]');
});

describe("a put-metadata that asks for nothing, as in Ditto", () => {
  const cases: readonly JsonValue[] = [
    "",
    "nonsense",
    '{"key":"a","value":1}',
    '[{"key"',
    "5",
    5,
    "[]",
    '["a",1]',
    [{ key: "a", value: { "": 1 } }],
  ];

  test.each(cases.map((raw) => [raw]))("%j", (raw) => {
    expect(parseMetadataHeaders({ "put-metadata": raw })).toBeUndefined();
  });
});

describe("a malformed header is refused", () => {
  const deep = Array(201).fill("a").join("/");
  const cases: readonly (readonly [string, JsonValue, string])[] = [
    ["put-metadata", '[{"value":1}]', "header.invalid"],
    ["put-metadata", '[{"key":"a"}]', "header.invalid"],
    ["put-metadata", '[{"key":7,"value":1}]', "header.invalid"],
    ["put-metadata", '[{"key":"/","value":1}]', "header.invalid"],
    ["put-metadata", '[{"key":"","value":1}]', "header.invalid"],
    ["put-metadata", '[{"key":"a//b","value":1}]', "json.pointer.invalid"],
    ["put-metadata", [{ key: deep, value: 1 }], "header.invalid"],
    ["get-metadata", "a(b", "header.invalid"],
    ["get-metadata", ["a"], "header.invalid"],
    ["delete-metadata", "a,,b", "header.invalid"],
  ];

  test.each(cases)("%s: %.40j with %s", (name, raw, code) => {
    expect(codeOf(() => parseMetadataHeaders({ [name]: raw }))).toBe(code);
  });
});

test("two headers conflict only when both ask for something", () => {
  const get = { "get-metadata": "a" };

  expect(codeOf(() => parseMetadataHeaders({ ...get, "delete-metadata": "a" }))).toBe(
    "things:metadata.headersconflict",
  );
  expect(parseMetadataHeaders({ ...get, "delete-metadata": "", "put-metadata": "nonsense" })).toEqual({
    put: [],
    get: [["a"]],
    delete: [],
  });
});

test("selectors may be nested", () => {
  expect(parseMetadataHeaders({ "delete-metadata": "a(b,c/d),*" })?.delete).toEqual([
    ["a", "b"],
    ["a", "c", "d"],
    ["*"],
  ]);
});
