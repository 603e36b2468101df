import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { equals, type JsonValue } from "../../src/base/json/json.ts";
import { mergeOrModify, minimizePatch } from "../../src/base/json/merge-diff.ts";
import { mergePatch } from "../../src/base/json/merge-patch.ts";
import { parseJson } from "../../src/base/json/parse.ts";
import { anyJson } from "../support/json-arbitraries.ts";
import { deepFreeze } from "../support/things.ts";

describe("the difference of two values", () => {
  const cases: readonly (readonly [before: string, after: string, action: string, value: string])[] = [
    ['{"a":1,"b":2}', '{"b":2,"c":3}', "merge", '{"a":null,"c":3}'],
    ['{"a":{"b":1,"c":1}}', '{"a":{"b":2,"c":1}}', "merge", '{"a":{"b":2}}'],
    ['{"a":[1]}', '{"a":[null]}', "merge", '{"a":[null]}'],
    ['{"a":9007199254740993}', '{"a":9007199254740995}', "merge", '{"a":9007199254740995}'],
    ['{"a":1}', '{"a":null}', "modify", '{"a":null}'],
    ["{}", '{"a":{"b":{"c":null}}}', "modify", '{"a":{"b":{"c":null}}}'],
    ['{"{{ ~k~ }}":1,"k":2}', '{"k":2}', "modify", '{"k":2}'],
    ['{"a":1}', '{"a":1}', "modify", '{"a":1}'],
    ["[1]", "[1,2]", "modify", "[1,2]"],
    ['{"__proto__":1}', '{"__proto__":{"a":1}}', "merge", '{"__proto__":{"a":1}}'],
  ];
  test.each(cases)("from %s to %s: %s %s", (before, after, action, value) => {
    const difference = mergeOrModify(parseJson(before), parseJson(after));
    expect([difference.action, JSON.stringify(difference.value)]).toEqual([action, value]);
  });

  test("applied to the one it makes the other", () => {
    fc.assert(
      fc.property(anyJson, anyJson, (before, after) => {
        const { action, value } = mergeOrModify(deepFreeze(before), deepFreeze(after));
        expect(equals(action === "merge" ? mergePatch(before, value) : value, after)).toBe(true);
      }),
    );
  });
});

describe("a minimized patch", () => {
  const cases: readonly (readonly [before: string, patch: string, left: string | undefined])[] = [
    ['{"a":1,"b":{"c":2}}', '{"a":1,"b":{"c":2,"d":3}}', '{"b":{"d":3}}'],
    ['{"a":1,"b":{"c":2}}', '{"b":{"c":2}}', undefined],
    ['{"a":1}', '{"a":null}', '{"a":null}'],
    ['{"a":null}', '{"a":null}', '{"a":null}'],
    ["{}", '{"a":null}', '{"a":null}'],
    ['{"k1":5,"k2":6}', '{"{{ ~k.~ }}":null,"k1":5}', '{"{{ ~k.~ }}":null,"k1":5}'],
    ['{"a":{"b":null}}', '{"a":{"b":null}}', '{"a":{"b":null}}'],
  ];
  test.each(cases)("of %s by %s leaves %s", (before, patch, left) => {
    expect(JSON.stringify(minimizePatch(parseJson(before), parseJson(patch)))).toBe(left);
  });

  test("does what the whole one does", () => {
    fc.assert(
      fc.property(anyJson, anyJson, (before, patch) => {
        const left: JsonValue | undefined = minimizePatch(deepFreeze(before), deepFreeze(patch));
        const after = left === undefined ? before : mergePatch(before, left);
        expect(equals(after, mergePatch(before, patch))).toBe(true);
      }),
    );
  });
});
