// Extra fields that an operator expects to be asked for, by namespace and condition (operating-configuration page).

import { TwinError } from "../base/errors.ts";
import { namespaceOf } from "../base/ids.ts";
import type { Path } from "../base/json/pointer.ts";
import { compilePattern } from "../base/pattern.ts";
import { recent } from "../base/recent.ts";
import { SettingsError } from "../ops/config.ts";
import type { PreDefinedExtraFields } from "../ops/pre-defined-extra-fields.ts";
import { settings } from "../ops/settings.ts";
import { compileCriterion, type Evaluated, type Matcher } from "../rql/evaluate.ts";
import { thingVocabulary } from "../rql/field.ts";
import { parseRql } from "../rql/parse.ts";
import type { EntityState } from "../signals/signal.ts";
import { fixedFieldsOf } from "./extra-fields.ts";
import { type FieldSet, fieldSetOf } from "./field-set.ts";
import { isMessage, type Signal } from "./said.ts";
import { fieldOf } from "./thing-fields.ts";

export interface PreDefinedSettings {
  readonly preDefinedOfEvents: readonly PreDefinedExtraFields[];
  readonly preDefinedOfMessages: readonly PreDefinedExtraFields[];
}

/** The fields that are pre-defined for a signal of a thing in a state; `undefined` where none are. */
export type PreDefined = (signal: Signal, state: EntityState) => FieldSet | undefined;

/** Most fields of one setting. */
const MAX_FIELDS = 500;
/** Most sets that are remembered; entries with conditions make many together. */
const MAX_SETS = 100;
/** What all conditions together may look at of one signal, in characters; those that would look at more do not hold. */
const MAX_LOOKED_AT = 500_000;

/**
 * Compiles the settings; `undefined` where nothing is set. As in Ditto, live commands and live events have no such fields.
 * @throws SettingsError that says where a condition is no RQL about things, or a selector is none of their fields.
 */
export function preDefinedFields({
  preDefinedOfEvents,
  preDefinedOfMessages,
}: PreDefinedSettings): PreDefined | undefined {
  const events = compile(settings.preDefinedOfEvents.names[0], preDefinedOfEvents);
  const messages = compile(settings.preDefinedOfMessages.names[0], preDefinedOfMessages);
  if (!events && !messages) return undefined;
  return (signal, state) => {
    if (isMessage(signal)) return messages?.(signal.id, state);
    return "says" in signal ? undefined : events?.(signal.id, state);
  };
}

type FieldsOf = (id: string, state: EntityState) => FieldSet | undefined;

interface Entry {
  readonly fields: readonly Path[];
  isAbout(namespace: string): boolean;
  holds(on: Evaluated): boolean;
}

function compile(setting: string, given: readonly PreDefinedExtraFields[]): FieldsOf | undefined {
  if (given.length === 0) return undefined;
  const entries = given.map((entry, i) => entryOf(entry, `${setting} must have`, `[${i}]`));
  if (entries.reduce((sum, { fields }) => sum + fields.length, 0) > MAX_FIELDS)
    throw new SettingsError([`${setting} must have at most ${MAX_FIELDS} fields in all`]);
  const sets = recent<FieldSet>(MAX_SETS);
  return (id, state) => {
    const those = matching(entries, id, state);
    if (those.length === 0) return undefined;
    const key = those.join();
    const fields = () => those.flatMap((i) => entries[i]?.fields ?? []);
    return sets.get(key) ?? sets.put(key, fieldSetOf(fields()));
  };
}

function entryOf(
  { namespaces, condition, extraFields }: PreDefinedExtraFields,
  must: string,
  place: string,
): Entry {
  const patterns = namespaces.map((pattern) => compilePattern(pattern, false));
  return {
    fields: checked(`${must} fields of things as ${place}.extra-fields`, () =>
      extraFields.flatMap(fixedFieldsOf),
    ),
    isAbout: (namespace) => patterns.length === 0 || patterns.some((test) => test(namespace)),
    holds: checked(`${must} RQL as ${place}.condition`, () => compileCondition(condition)),
  };
}

const compileCondition = (text: string | undefined): Matcher =>
  text === undefined ? () => true : compileCriterion(parseRql(text), thingVocabulary);

function checked<T>(must: string, compiled: () => T): T {
  try {
    return compiled();
  } catch (error) {
    if (!(error instanceof TwinError)) throw error;
    throw new SettingsError([`${must}: ${error.message} ${error.text.description ?? ""}`.trimEnd()]);
  }
}

const TOO_MUCH = new Error("the conditions would have to look at too much text");

/** The places of the entries that are about a thing in a state. */
function matching(entries: readonly Entry[], id: string, state: EntityState): readonly number[] {
  const namespace = namespaceOf(id);
  let left = MAX_LOOKED_AT;
  const on: Evaluated = {
    field: (name) => fieldOf(id, state, name),
    now: Date.now(),
    spend(characters) {
      left -= characters;
      if (left < 0) throw TOO_MUCH;
    },
  };
  return [...entries.keys()].filter((i) => {
    const { isAbout, holds } = entries[i] as Entry;
    return isAbout(namespace) && unlessTooMuch(holds, on);
  });
}

function unlessTooMuch(holds: Matcher, on: Evaluated): boolean {
  try {
    return holds(on);
  } catch (error) {
    if (error === TOO_MUCH) return false;
    throw error;
  }
}
