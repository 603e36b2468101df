// One round of the comparison: what stands in the index, and what is asked of it.

import fc from "fast-check";
import type { JsonObject } from "../../../src/base/json/json.ts";
import type { PolicyEntry } from "../../../src/policies/model.ts";
import type { Criterion } from "../../../src/rql/criterion.ts";
import { parseRql } from "../../../src/rql/parse.ts";
import { asking, policies, things } from "./documents.ts";
import { filter, sorting, writeFilter } from "./filters.ts";
import type { Sorting } from "./sort.ts";

export interface Question {
  /** The filter as it was written. */
  readonly text: string;
  readonly criterion: Criterion;
  readonly subjects: readonly string[];
  readonly namespaces: readonly string[] | undefined;
  readonly sort: readonly Sorting[];
  /** Things of a page; all pages are gone through. */
  readonly pageSize: number;
  /** Whether what is found is counted, too. */
  readonly counts: boolean;
}

export interface Round {
  readonly things: readonly JsonObject[];
  readonly policies: ReadonlyMap<string, readonly PolicyEntry[]>;
  readonly questions: readonly Question[];
}

/** More than there are. */
const ALL = 100;

const order = fc.oneof(
  { weight: 7, arbitrary: fc.constant({ sort: [], pageSize: ALL }) },
  { weight: 1, arbitrary: fc.record({ sort: sorting, pageSize: fc.integer({ min: 1, max: 12 }) }) },
);
const namespaces = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.subarray(["org.a", "org.b", "org.none"]) },
);

const question: fc.Arbitrary<Question> = fc
  .record({
    filter,
    quote: fc.constantFrom<('"' | "'")[]>('"', "'"),
    subjects: asking,
    namespaces,
    order,
    counts: fc.constantFrom(true, false, false, false),
  })
  .map(({ filter: written, quote, order: how, ...who }) => {
    const text = writeFilter(written, quote);
    return { text, criterion: parseRql(text), ...who, ...how };
  });

/** The round that a seed gives, with so many questions. */
export function roundOf(seed: number, questions: number): Round {
  const round = fc.record({
    things,
    policies,
    questions: fc.array(question, { minLength: questions, maxLength: questions }),
  });
  return fc.sample(round, { seed, numRuns: 1 })[0] as Round;
}
