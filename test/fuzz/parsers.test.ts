// A short form of `npm run fuzz-parsers`: the corpus, with all that was ever found, and two seconds of other texts.

import { expect, test } from "vitest";
import { fuzz } from "./parsers/fuzz.ts";
import { parsers } from "./parsers/parsers.ts";

for (const parser of parsers) {
  test(`${parser.name}: whatever is said, it is understood the same everywhere or refused, in time`, () => {
    const { findings, tried } = fuzz(parser, { seconds: 2, seed: Date.now() % 1e6 });

    expect(findings).toEqual([]);
    expect(tried).toBeGreaterThan(50);
  });
}
