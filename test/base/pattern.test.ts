import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compilePattern, isPatternLengthAllowed, MAX_PATTERN } from "../../src/base/pattern.ts";

describe("a pattern stands for the whole text", () => {
  const cases: readonly (readonly [pattern: string, text: string, matches: boolean])[] = [
    ["", "", true],
    ["", "a", false],
    ["abc", "abc", true],
    ["abc", "xabc", false],
    ["abc", "abcx", false],
    ["*", "", true],
    ["*", "abc", true],
    ["***", "abc", true],
    ["?", "", false],
    ["?", "a", true],
    ["?", "ab", false],
    ["?", "😀", true],
    ["??", "😀", false],
    ["*😀?*😀", "a😀😀b😀", true],
    ["*?😀", "😀", false],
    ["?*?", "😀", false],
    ["*?", "\ud83dx", true],
    ["??", "\ude00\ud83d", true],
    ["*\ude00", "😀", false],
    ["a*", "abc", true],
    ["*c", "abc", true],
    ["*b*", "abc", true],
    ["*x*", "abc", false],
    ["Th?ng", "Thing", true],
    ["Th?ng", "Thng", false],
    ["a*a", "a", false],
    ["a*a", "aa", true],
    ["*aab*", "aaaab", true],
    ["*a?c*b", "aabcab", true],
    ["*ab*ab*", "ab-a", false],
    ["*?*", "", false],
    ["a.c", "abc", false],
    ["[a-c]|(x)+$^\\Q\\E", "[a-c]|(x)+$^\\Q\\E", true],
    ["*\\E*", "x\\Ey", true],
    ["a*b", "a\nb", false],
    ["a\n*b", "a\nxb", true],
    ["*a\nb*", "xa\nby", true],
    ["*a*c*", "a\nc", false],
    ["?", "\n", false],
    ["?*?", "\u2028\u2028", false],
    ["ABC", "abc", false],
  ];
  for (const [pattern, text, matches] of cases) {
    test(`${JSON.stringify(pattern)} ${matches ? "matches" : "does not match"} ${JSON.stringify(text)}`, () => {
      expect(compilePattern(pattern, false)(text)).toBe(matches);
    });
  }
});

test("ignoring case folds the letters A–Z and no others", () => {
  expect(compilePattern("*KNOWN-Chars*", true)("xkNOwn-cHARSx")).toBe(true);
  expect(compilePattern("ä", true)("Ä")).toBe(false);
  expect(compilePattern("K", true)("\u212a")).toBe(false);
});

test("segments longer than a machine word are found", () => {
  for (const length of [31, 32, 33, 64, 65, 200]) {
    const word = `${"ab".repeat(length).slice(0, length - 1)}c`;
    const wild = `${word.slice(0, length - 2)}?c`;

    expect(compilePattern(`*${wild}*`, false)(`abab${word}ab`)).toBe(true);
    expect(compilePattern(`*${wild}*`, false)(`abab${word.slice(0, -1)}ab`)).toBe(false);
  }
});

test("the same texts match as in the definition of wildcards", () => {
  const piece = fc.constantFrom("a", "b", "a", "\n", "😀");
  const wild = fc.oneof({ weight: 2, arbitrary: piece }, fc.constantFrom("*", "?"));
  fc.assert(
    fc.property(
      fc.string({ unit: wild, maxLength: 10 }),
      fc.string({ unit: piece, maxLength: 14 }),
      (p, t) => {
        expect(compilePattern(p, false)(t)).toBe(matchesByDefinition(p, t));
      },
    ),
    { numRuns: 3000 },
  );
});

function matchesByDefinition(pattern: string, text: string): boolean {
  if (pattern === "") return text === "";
  const [[first, ...patterns], [begin, ...texts]] = [[...pattern], [...text]];
  const [rest, left] = [patterns.join(""), texts.join("")];
  const wild = text !== "" && begin !== "\n";
  if (first === "*") return matchesByDefinition(rest, text) || (wild && matchesByDefinition(pattern, left));
  return (first === begin || (first === "?" && wild)) && matchesByDefinition(rest, left);
}

test("segments of many different characters are found where they are", () => {
  const many = Array.from({ length: 900 }, (_, i) => String.fromCodePoint(0x4e00 + (i % 700)));
  const text = many.join("");
  for (const at of [0, 31, 32, 450, 899]) {
    const spoilt = `${text.slice(0, at)}x${text.slice(at + 1)}`;
    const blank = `${text.slice(0, at)}?${text.slice(at + 1)}`;
    const matches = (pattern: string, told: string) =>
      compilePattern(`*${pattern}*`, false)(`${text.slice(5)}${told}!`);
    expect([matches(text, text), matches(text, spoilt)]).toEqual([true, false]);
    expect([matches(blank, spoilt), matches(spoilt, text)]).toEqual([true, false]);
    expect(matches(blank, spoilt.replace("x", "\n"))).toBe(false);
  }
});

test("a text is read in proportion to its length, whatever the pattern", () => {
  const patterns = [
    "*a*a*a*a*a*a*b",
    "*aaaaaaaaaaaab*",
    "*a?a?a?a?b*",
    "a*".repeat(100),
    "*?".repeat(100),
    "?*b*a",
  ];
  for (const pattern of patterns) {
    const matches = compilePattern(pattern, false);
    for (const length of [1000, 10_000]) {
      let reads = 0;
      const text = {
        length,
        charCodeAt() {
          reads++;
          return "a".charCodeAt(0);
        },
      };
      matches(text);

      expect(reads).toBeLessThan(4 * (length + pattern.length));
    }
  }
});

test("the length of a pattern is bounded, runs of wildcards counting once", () => {
  expect(isPatternLengthAllowed("a".repeat(MAX_PATTERN))).toBe(true);
  expect(isPatternLengthAllowed("a".repeat(MAX_PATTERN + 1))).toBe(false);
  expect(isPatternLengthAllowed("*".repeat(5000))).toBe(true);
});
