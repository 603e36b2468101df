// Filters of signals (basic-changenotifications page), written in RQL.

import type { JsonObject } from "../base/json/json.ts";
import type { Path } from "../base/json/pointer.ts";
import { isHeaderPlaceholder } from "../base/placeholders/header.ts";
import { recent } from "../base/recent.ts";
import { addressedPaths } from "../rql/criterion.ts";
import { compileCriterion, type Matcher } from "../rql/evaluate.ts";
import { thingVocabulary, type Vocabulary } from "../rql/field.ts";
import { parseRql } from "../rql/parse.ts";
import { specialField } from "../things/thing-of-event.ts";
import { type Allowance, partOf } from "./allowance.ts";
import { placeholderNames, type Signal, saidBy } from "./said.ts";

export interface SignalFilter {
  readonly text: string;
  /**
   * Whether a signal is wanted. `thing` gives what it tells of its thing with the extra fields, of which the special ones are
   * asked for in `extra`. A filter that would have to look at too much matches nothing; what it looks at is taken off the
   * allowance.
   */
  matches(
    signal: Signal,
    thing: () => JsonObject,
    extra: JsonObject | undefined,
    allowance: Allowance,
  ): boolean;
}

/** A filter that is written in RQL. */
export interface RqlFilter extends SignalFilter {
  /** What it looks at of a thing, and the placeholders in it. */
  readonly paths: readonly Path[];
}

/**
 * Attributes, features and special fields of a thing, and placeholders; headers have no value there, as in Ditto. The time
 * is only for values.
 */
const vocabulary: Vocabulary = {
  fields: thingVocabulary.fields,
  placeholders: { has: (name) => placeholderNames.has(name) || isHeaderPlaceholder(name) },
};

/**
 * What one filter may look at of one signal, in characters: some patterns on a thing of the default size. It takes a few
 * milliseconds; nobody else is told of anything meanwhile.
 */
const MAX_LOOKED_AT = 500_000;

/** Characters of the filters that are kept compiled: sessions of one application pose the same one. */
const MAX_REMEMBERED = 200_000;
const remembered = recent<RqlFilter>(MAX_REMEMBERED);

/** Compiles a filter; what is no RQL, or names what signals do not have, is refused with `rql.expression.invalid`. */
export const signalFilter = (text: string): RqlFilter =>
  remembered.get(text) ?? remembered.put(text, compile(text), text.length);

function compile(text: string): RqlFilter {
  const criterion = parseRql(text);
  const matches = compileCriterion(criterion, vocabulary);
  return {
    text,
    paths: addressedPaths(criterion),
    matches: (signal, thing, extra, allowance) => evaluate(matches, signal, thing(), extra, allowance),
  };
}

const TOO_MUCH = new Error("a filter would have to look at too much text");

function evaluate(
  matches: Matcher,
  signal: Signal,
  thing: JsonObject,
  extra: JsonObject | undefined,
  allowance: Allowance,
): boolean {
  let left = partOf(allowance, MAX_LOOKED_AT);
  let now: number | undefined;
  try {
    return matches({
      field: (name) => (name.startsWith("_") ? specialField(signal, extra, name) : thing[name]),
      placeholder: (name) => saidBy(signal, name),
      get now() {
        now ??= Date.now();
        return now;
      },
      spend: (characters) => {
        left -= characters;
        allowance.characters -= characters;
        if (left < 0) throw TOO_MUCH;
      },
    });
  } catch (error) {
    if (error === TOO_MUCH) return false;
    throw error;
  }
}
