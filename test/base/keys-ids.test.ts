import { describe, expect, test } from "vitest";
import { isNamespacedId, nameOf, namespaceOf } from "../../src/base/ids.ts";
import { equals } from "../../src/base/json/json.ts";
import { checkKey, checkKeys, refuseEmptyKeys } from "../../src/base/json/keys.ts";
import { parseJson } from "../../src/base/json/parse.ts";
import { codeOf } from "../support/things.ts";

describe("keys", () => {
  const cases: readonly (readonly [key: string, code: string])[] = [
    ["a", "none"],
    ["€", "none"],
    ["a b", "none"],
    ["~", "none"],
    ["ā", "none"],
    ["__proto__", "none"],
    ["{{ x }}", "none"],
    ["", "json.invalid"],
    ["a/b", "json.key.invalid"],
    ["ü", "json.key.invalid"],
    ["a\u0001", "json.key.invalid"],
    ["\u007f", "json.key.invalid"],
    ["\u0080", "json.key.invalid"],
    ["\u00a0", "json.key.invalid"],
    ["ÿ", "json.key.invalid"],
    ["a\nb", "json.key.invalid"],
  ];
  for (const [key, code] of cases) {
    test(`${JSON.stringify(key)}: ${code}`, () => {
      expect(codeOf(() => checkKey(key))).toBe(code);
      expect(codeOf(() => checkKeys({ deep: { down: { [key]: 1 } } }))).toBe(code);
    });
  }

  test("objects in an array may have any key but the empty one", () => {
    expect(codeOf(() => checkKeys({ list: [{ "a/b": 1 }] }))).toBe("none");
    expect(codeOf(() => refuseEmptyKeys({ list: [{ "a/b": 1 }] }))).toBe("none");
    expect(codeOf(() => refuseEmptyKeys([{ list: [{ "": 1 }] }]))).toBe("json.invalid");
  });
});

describe("namespaced ids", () => {
  const valid = [
    "a:b",
    "org.eclipse.ditto:xdk_53",
    "org.eclipse.foo-bar:x",
    "a_1.B2:name",
    "a:b:c",
    "a:b c",
    "a:€",
    "a:%2F",
    "a:__proto__",
    `a:${"x".repeat(254)}`,
  ];
  const invalid = [
    "",
    "a",
    "a:",
    ":b",
    ":",
    "1a:b",
    ".a:b",
    "a.:b",
    "a..b:c",
    "a.1:b",
    "a-:b",
    "-a:b",
    "_a:b",
    "a b:c",
    "ä:b",
    "a:b/c",
    "a:b\n",
    "a\n:b",
    "a:ü",
    "a:\u0000",
    "a:\u007f",
    `a:${"x".repeat(255)}`,
    `${"a.".repeat(128)}a:b`,
  ];
  test.each(valid)("%j is one", (id) => expect(isNamespacedId(id)).toBe(true));
  test.each(invalid)("%j is none", (id) => expect(isNamespacedId(id)).toBe(false));

  test("the first colon parts namespace and name", () => {
    expect([namespaceOf("a.b:c:d"), nameOf("a.b:c:d")]).toEqual(["a.b", "c:d"]);
  });

  test("a namespace that almost matches is judged at once, however long the text", () => {
    const started = performance.now();
    isNamespacedId(`${"a".repeat(250)}!:b`);
    isNamespacedId(`${"a-a.".repeat(60)}!:b`);
    expect(performance.now() - started).toBeLessThan(50);
  });
});

describe("equality", () => {
  const cases: readonly (readonly [a: string, b: string, same: boolean])[] = [
    ['{"a":1,"b":[1,2]}', '{"b":[1,2],"a":1}', true],
    ["[1,2]", "[2,1]", false],
    ["[]", "{}", false],
    ["null", "{}", false],
    ["0", "false", false],
    ['"1"', "1", false],
    ["9007199254740993", "9007199254740993", true],
    ["9007199254740993", "9007199254740994", false],
    ['{"a":null}', "{}", false],
    ['{"a":1}', '{"b":1}', false],
    ['{"__proto__":{"a":1}}', '{"__proto__":{"a":1}}', true],
    ['{"__proto__":1}', '{"constructor":1}', false],
    ['{"toString":1}', "{}", false],
    ["{}", '{"toString":1}', false],
  ];
  for (const [a, b, same] of cases) {
    test(`${a} and ${b} are ${same ? "" : "not "}equal`, () => {
      expect(equals(parseJson(a), parseJson(b))).toBe(same);
      expect(equals(parseJson(b), parseJson(a))).toBe(same);
    });
  }
});
