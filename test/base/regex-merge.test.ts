import fc from "fast-check";
import { RE2JS } from "re2js";
import { describe, expect, test } from "vitest";
import {
  matchingWork,
  patternFault,
  unfoldedLength,
  withoutMatches,
} from "../../src/base/json/regex-merge.ts";

const deleting = (...patterns: readonly string[]) =>
  Object.fromEntries(patterns.map((pattern) => [`{{~${pattern}~}}`, null]));

describe("a pattern is taken to be as long as it is written out", () => {
  const cases: readonly (readonly [pattern: string, length: number])[] = [
    ["abc", 3],
    ["a{3}", 4],
    ["[a-f]{2,5}x", 11],
    ["a{2,}", 3],
    ["ab{0}", 3],
    ["(ab){3}", 12],
    ["((a{2}){3}){4}", 76],
    ["\\pL{1000}", 1003],
    ["(a)\\Q\\E{10}", 70],
    ["[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", 63],
  ];
  test.each(cases)("%s: %d", (pattern, length) => {
    expect(unfoldedLength(pattern)).toBe(length);
  });

  test("or longer, whatever it repeats", () => {
    const pieces =
      "a . \\pL [)] [{3}] \\) \\{ ( (?: (?i) ) | * {3} {2,} {0,7} {20} \\Q \\E \\b ^ \\x{41} } ] -".split(
        " ",
      );
    const patterns = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(patterns, (pattern) => {
        const size = sizeOf(pattern);
        if (size !== undefined) expect(size).toBeLessThanOrEqual(4 * (unfoldedLength(pattern) + 2));
      }),
      { numRuns: 2_000 },
    );
  });
});

function sizeOf(pattern: string): number | undefined {
  try {
    return RE2JS.compile(pattern).programSize();
  } catch {
    return undefined;
  }
}

test("patterns that repeat too much are refused before they are read, also together and where nothing is", () => {
  expect(patternFault({}, deleting("\\pL{1000}".repeat(100)))).toContain("repetitions");
  expect(
    patternFault(undefined, { a: deleting("a{900}".repeat(6)), b: deleting("b{900}".repeat(6)) }),
  ).toContain("repetitions");
  expect(patternFault({}, deleting("a{900}".repeat(6)))).toBeUndefined();
});

test("what was refused deletes nothing either", () => {
  const level = { a: 1 };
  expect(withoutMatches(level, deleting(`a|${"b{1000}".repeat(11)}`))).toEqual(level);
  expect(withoutMatches(level, deleting("a|b{1000}"))).toEqual({});
});

test("patterns beyond the work that is left match nothing", () => {
  const work = matchingWork();
  const level = { ["a".repeat(10_000)]: 1, b: 1 };

  expect(withoutMatches(level, deleting("b"), work)).toEqual({ ["a".repeat(10_000)]: 1 });
  expect(withoutMatches(level, deleting("(a?){100}a*"), work)).toBe(level);
  expect(work.left).toBeLessThan(0);
});
