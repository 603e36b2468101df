import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { storableText } from "../../../src/search/sql/literal.ts";
import { asIndexable } from "../../../src/search/stored/indexable.ts";

describe("what jsonb can hold", () => {
  test.each([
    ['"\\u0000"', '"\ufffd"'],
    ['"\\ud800x"', '"\ufffdx"'],
    ['"\\uDC00\\uD83D"', '"\ufffd\ufffd"'],
    ['"\ud800"', '"\ufffd"'],
    ['"\\ud83d\\ude00"', '"\\ud83d\\ude00"'],
    ['"\\ud83d\\ud83d\\ude00"', '"\ufffd\\ud83d\\ude00"'],
    ['"\\\\u0000"', '"\\\\u0000"'],
    ['"\\\\\\u0000"', '"\\\\\ufffd"'],
  ])("%j becomes %j", (text, expected) => {
    expect(asIndexable(text)).toBe(expected);
  });

  test("any text is kept but for U+0000 and halves of surrogate pairs, in keys as in values", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        fc.array(fc.integer({ min: 0, max: 0xffff })),
        (a, units) => {
          const text = a + String.fromCharCode(...units);
          const json = asIndexable(JSON.stringify({ [text]: text }));
          expect(JSON.parse(json)).toEqual({ [storableText(text)]: storableText(text) });
        },
      ),
    );
  });

  test("takes no longer than the text is long", () => {
    const text = JSON.stringify("\\\0\ud800".repeat(200_000));
    const since = performance.now();
    asIndexable(text);
    expect(performance.now() - since).toBeLessThan(2_000);
  });
});
