// The committed list of differences: a recording may differ only where the list says so, and must differ there.

import { readFileSync, writeFileSync } from "node:fs";
import type { Outcome } from "./http.ts";
import { reasonFor } from "./reasons.ts";

/** Recording → number → why it differs. */
export type Known = Readonly<Record<string, Readonly<Record<string, string>>>>;

const place = new URL("known-differences.json", import.meta.url);

export const readKnown = (): Known => JSON.parse(readFileSync(place, "utf8")) as Known;

export const writeKnown = (known: Known): void => writeFileSync(place, `${JSON.stringify(known, null, 2)}\n`);

/** What the list and a replay disagree about; both empty is the state to keep. */
export interface Verdict {
  /** Differences the list does not have. */
  readonly fresh: readonly Outcome[];
  /** Numbers on the list that are as recorded now. */
  readonly mended: readonly string[];
}

export function judge(known: Known, file: string, outcomes: readonly Outcome[]): Verdict {
  const listed = known[file] ?? {};
  const differing = outcomes.filter(({ differences }) => differences.length > 0);
  const numbers = new Set(differing.map(({ n }) => String(n)));
  return {
    fresh: differing.filter(({ n }) => !Object.hasOwn(listed, n)),
    mended: Object.keys(listed).filter((n) => !numbers.has(n)),
  };
}

/** The list a replay yields. Reasons already written down are kept. */
export function listed(known: Known, file: string, outcomes: readonly Outcome[]): Record<string, string> {
  return Object.fromEntries(
    outcomes
      .filter(({ differences }) => differences.length > 0)
      .map((outcome) => [String(outcome.n), known[file]?.[outcome.n] ?? reasonFor(outcome)]),
  );
}
