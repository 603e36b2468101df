// JSON itself: what is read is printed to be read the same, to the last digit of 64 bits.

import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { isDeeperThan } from "../../../../src/base/json/depth.ts";
import { checkKeys, refuseEmptyKeys } from "../../../../src/base/json/keys.ts";
import { MAX_DEPTH, parseJson } from "../../../../src/base/json/parse.ts";
import { anyJson } from "../../../support/json-arbitraries.ts";
import { type FuzzedParser, kindOf, outcomeOf, promised } from "../target.ts";

export const jsonTexts: FuzzedParser = {
  name: "json",
  shapes: fc.oneof(
    anyJson.map((value) => JSON.stringify(value)),
    anyJson.map((value) => JSON.stringify(value, null, "\t")),
  ),
  words: [
    ...[
      "9223372036854775807",
      "9223372036854775808",
      "-9223372036854775809",
      "9007199254740993",
      "1e400",
      "-0",
      "1E+308",
      "0.1e-400",
    ],
    ...[
      "[",
      "]",
      "{",
      "}",
      ":",
      ",",
      '"',
      "\\u0000",
      "\\ud800",
      "\\",
      "null",
      "true",
      "1.",
      "01",
      '"__proto__":',
      "\u00a0",
      "12345678901234567890.0",
    ],
  ],
  isJson: true,
  maxLength: 400_000,
  enoughMs: (length) => 80 + length / 400,
  attempt(text) {
    const { value, refused } = outcomeOf(() => parseJson(text));
    if (value === undefined) return kindOf(refused as Error);
    promised(!isDeeperThan(value, MAX_DEPTH), () => "It is deeper than anything that is accepted.");
    const printed = JSON.stringify(value);
    // Zero has no sign once it is printed.
    promised(JSON.stringify(parseJson(printed)) === printed, () => `It is something else as ${printed}.`);
    promised(
      isDeepStrictEqual(parseJson(printed), parseJson(JSON.stringify(parseJson(printed)))),
      () => "It changes.",
    );
    const keys = outcomeOf(() => checkKeys(value));
    const empty = outcomeOf(() => refuseEmptyKeys(value));
    return `${printed.slice(0, 1)} ${Math.min(printed.length, 50)} ${keys.refused?.code} ${empty.refused?.code}`;
  },
};
