import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { equals, isRawNumber, type JsonObject } from "../../src/base/json/json.ts";
import { MAX_DEPTH, parseJson } from "../../src/base/json/parse.ts";
import { anyJson } from "../support/json-arbitraries.ts";
import { codeOf } from "../support/things.ts";

const nested = (depth: number, inner = "") => "[".repeat(depth) + inner + "]".repeat(depth);

describe("numbers come back with the digits they came with", () => {
  const exact = [
    "0",
    "-1",
    "9007199254740991",
    "9007199254740992",
    "9007199254740993",
    "-9007199254740993",
    "1234567890123456789",
    "9223372036854775807",
    "-9223372036854775808",
    "1.5",
    "0.1",
    "1e+100",
    "5e-324",
  ];
  for (const digits of exact) {
    test(digits, () => {
      expect(JSON.stringify(parseJson(digits))).toBe(digits);
      expect(JSON.stringify(parseJson(`{"a":[${digits}]}`))).toBe(`{"a":[${digits}]}`);
    });
  }

  test("a decimal is a double however many digits it has", () => {
    expect(parseJson("0.12345678901234567890123")).toBe(0.12345678901234568);
    expect(parseJson("12345678901234567890123.0")).toBe(1.2345678901234568e22);
    expect(parseJson("1e20")).toBe(1e20);
  });

  test("what looks like a large number within a string stays a string", () => {
    expect(parseJson('"99999999999999999999 1e999"')).toBe("99999999999999999999 1e999");
  });
});

describe("what a number cannot hold is refused", () => {
  const refused = [
    "9223372036854775808",
    "-9223372036854775809",
    "123456789012345678901234567890",
    "1e400",
    "-1e400",
    "1E+400",
    "123456789012345e299",
    `1${"0".repeat(400)}`,
  ];
  for (const digits of refused) {
    test(digits.slice(0, 40), () => {
      expect(codeOf(() => parseJson(digits))).toBe("json.invalid");
      expect(codeOf(() => parseJson(`{"a":{"b":[1,${digits}]}}`))).toBe("json.invalid");
    });
  }
});

describe("nesting", () => {
  test(`${MAX_DEPTH} levels are read, one more is refused`, () => {
    expect(codeOf(() => parseJson(nested(MAX_DEPTH)))).toBe("none");
    expect(codeOf(() => parseJson(nested(MAX_DEPTH + 1)))).toBe("json.invalid");
    expect(codeOf(() => parseJson(`${'{"a":'.repeat(MAX_DEPTH)}1${"}".repeat(MAX_DEPTH)}`))).toBe("none");
    expect(codeOf(() => parseJson(`${'{"a":'.repeat(201)}1${"}".repeat(201)}`))).toBe("json.invalid");
  });

  test("brackets in strings do not count, not even behind escaped quotes", () => {
    const brackets = JSON.stringify(`"${"[{".repeat(500)}\\`);
    expect(codeOf(() => parseJson(nested(MAX_DEPTH, brackets)))).toBe("none");
    expect(codeOf(() => parseJson(nested(MAX_DEPTH, `[${brackets}]`)))).toBe("json.invalid");
    expect(codeOf(() => parseJson(nested(MAX_DEPTH, `${brackets},[]`)))).toBe("json.invalid");
  });

  test("siblings do not add up", () => {
    expect(codeOf(() => parseJson(`[${Array(300).fill("[[]]").join(",")}]`))).toBe("none");
  });

  test("a million levels are refused like two hundred and one, with and without large numbers in them", () => {
    expect(codeOf(() => parseJson(nested(1_000_000)))).toBe("json.invalid");
    expect(codeOf(() => parseJson(nested(1_000_000, "9007199254740993")))).toBe("json.invalid");
  });
});

describe("text that is not JSON is refused", () => {
  const malformed = [
    "",
    " ",
    "{",
    "[1,]",
    '{"a":1,}',
    "{a:1}",
    "'a'",
    '{"a":1}x',
    "01",
    "+1",
    "NaN",
    "undefined",
    '"a',
    '"\u0001"',
    "\ufeff1",
  ];
  for (const text of malformed) {
    test(JSON.stringify(text), () => expect(codeOf(() => parseJson(text))).toBe("json.invalid"));
  }
});

test("of duplicate keys the last wins, with all its digits", () => {
  expect(JSON.stringify(parseJson('{"a":1,"a":9007199254740993}'))).toBe('{"a":9007199254740993}');
  expect(JSON.stringify(parseJson('{"a":9007199254740993,"a":1}'))).toBe('{"a":1}');
});

test("__proto__ and constructor are plain data, also beside large numbers", () => {
  const text = '{"__proto__":{"polluted":9007199254740993},"constructor":{"prototype":{"polluted":1}}}';

  const value = parseJson(text) as JsonObject;

  expect(JSON.stringify(value)).toBe(text);
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test("only integers beyond a double's are kept as digits", () => {
  expect(isRawNumber(parseJson("9007199254740993"))).toBe(true);
  expect(parseJson("9007199254740991")).toBe(9007199254740991);
});

test("whatever JSON can say comes back as it was said", () => {
  fc.assert(
    fc.property(anyJson, (value) => {
      const read = parseJson(JSON.stringify(value));
      expect(equals(read, value)).toBe(true);
      expect(JSON.stringify(read)).toBe(JSON.stringify(value));
    }),
  );
});
