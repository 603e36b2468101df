import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../src/base/json/json.ts";
import { parseJson } from "../../src/base/json/parse.ts";
import { parseHeader, parseHeaders, readHeaders } from "../../src/protocol/headers.ts";
import { codeOf } from "../support/things.ts";

describe("a header has a type", () => {
  const good: readonly (readonly [name: string, given: JsonValue, read: JsonValue])[] = [
    ["response-required", "true", true],
    ["response-required", false, false],
    ["correlation-id", 5, "5"],
    ["correlation-id", "c", "c"],
    ["if-match", '"rev:1"', '"rev:1"'],
    ["if-match", "*", "*"],
    ["if-none-match", 'W/"rev:1", "hash:2"', 'W/"rev:1", "hash:2"'],
    ["channel", "twin", "twin"],
    ["x-anything", { a: 1 }, { a: 1 }],
    ["constructor", "x", "x"],
  ];
  for (const [name, given, read] of good) {
    test(`${name}: ${JSON.stringify(given)} is ${JSON.stringify(read)}`, () =>
      expect(parseHeader(name, given)).toEqual(read));
  }

  const bad: readonly (readonly [name: string, given: JsonValue, code: string])[] = [
    ["response-required", "maybe", "header.invalid"],
    ["response-required", 1, "header.invalid"],
    ["response-required", null, "header.invalid"],
    ["correlation-id", {}, "header.invalid"],
    ["if-match", "rev:1", "header.invalid"],
    ["if-match", '"a" "b"', "header.invalid"],
    ["if-match", 5, "header.invalid"],
    ["if-match", "", "header.invalid"],
    ["if-none-match", '"a', "header.invalid"],
    ["channel", "live", "header.notsupported"],
    ["condition", "eq(a,1)", "header.notsupported"],
    ["requested-acks", '["my-ack"]', "header.notsupported"],
    ["at-historical-revision", 5, "header.notsupported"],
  ];
  for (const [name, given, code] of bad) {
    test(`${name}: ${JSON.stringify(given)}: ${code}`, () =>
      expect(codeOf(() => parseHeader(name, given))).toBe(code));
  }

  test("a long list of tags is judged at once", () => {
    const started = performance.now();
    codeOf(() => parseHeader("if-match", `${'"a" , '.repeat(20_000)}x`));
    codeOf(() => parseHeader("if-match", `"a"${" ".repeat(50_000)}x`));
    expect(performance.now() - started).toBeLessThan(200);
  });
});

describe("the headers of a message", () => {
  const read = (value: JsonValue | undefined) => parseHeaders(readHeaders(value));

  test("have names in lower case", () => {
    expect(read({ "Correlation-ID": "c", "RESPONSE-Required": "false" })).toEqual({
      "correlation-id": "c",
      "response-required": false,
    });
  });

  test("may be absent, or no object", () => {
    for (const value of [undefined, null, 5, "x", []]) expect(read(value)).toEqual({});
  });

  test("cannot reach a prototype", () => {
    const headers = read(parseJson('{"__proto__":{"polluted":1},"constructor":"c"}'));
    expect(Object.getPrototypeOf(headers)).toBe(Object.prototype);
    expect(headers.polluted).toBeUndefined();
    expect(Object.hasOwn(headers, "constructor")).toBe(true);
  });
});
