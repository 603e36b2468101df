// The texts that each parser is tried with first: a few that lead everywhere, and all that were found once.

import { readFileSync } from "node:fs";

/** A file of JSON strings, one a line. */
export const corpusOf = (name: string): readonly string[] =>
  readFileSync(new URL(`corpus/${name}.txt`, import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as string);
