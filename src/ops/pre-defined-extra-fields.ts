// The settings THING_EVENT_PRE_DEFINED_EXTRA_FIELDS and THING_MESSAGE_PRE_DEFINED_EXTRA_FIELDS, as in Ditto's configurations
// `ditto.things.thing.event.pre-defined-extra-fields` and `ditto.things.thing.message.pre-defined-extra-fields`, but as JSON.

import { isPatternLengthAllowed, MAX_PATTERN } from "../base/pattern.ts";
import { jsonOf, membersOf, textsOf } from "./json-kind.ts";
import type { Kind } from "./setting-kinds.ts";

/** Fields of some things that are expected to be asked for beside their signals. */
export interface PreDefinedExtraFields {
  /** Patterns: `*` stands for any number of characters, `?` for exactly one. Without any it is about every namespace. */
  readonly namespaces: readonly string[];
  /** RQL, which is looked at when it is compiled; absent: all things. */
  readonly condition: string | undefined;
  /** Field selectors, at least one, which are looked at when they are compiled. */
  readonly extraFields: readonly string[];
}

/** Most entries: the conditions of all of them may have to be asked of one signal. */
const MAX_ENTRIES = 100;

const names = ["namespaces", "condition", "extra-fields"];
const form = '[{"namespaces":[…],"condition":…,"extra-fields":[…]},…]';

/** JSON such as `[{"namespaces":["org.acme*"],"condition":"exists(definition)","extra-fields":["definition"]}]`. */
export const preDefinedExtraFields: Kind<readonly PreDefinedExtraFields[]> = {
  form,
  secret: false,
  parse(text) {
    const entries = jsonOf(text, form);
    if (!Array.isArray(entries)) throw new Error(`must be JSON of the form ${form}`);
    if (entries.length > MAX_ENTRIES) throw new Error(`must have at most ${MAX_ENTRIES} entries`);
    return entries.map((entry, i) => entryOf(entry, `[${i}]`));
  },
};

function entryOf(value: unknown, place: string): PreDefinedExtraFields {
  const entry = membersOf(value, place, names);
  const { condition } = entry;
  if (condition !== undefined && typeof condition !== "string")
    throw new Error(`must have a text as ${place}.condition`);
  const extraFields = textsOf(entry["extra-fields"] ?? [], `${place}.extra-fields`);
  if (extraFields.length === 0) throw new Error(`must have at least one field as ${place}.extra-fields`);
  return { namespaces: patternsOf(entry.namespaces ?? [], `${place}.namespaces`), condition, extraFields };
}

function patternsOf(value: unknown, place: string): readonly string[] {
  const patterns = textsOf(value, place);
  const wrong = patterns.find((pattern) => !/^[\w.*?-]+$/.test(pattern) || !isPatternLengthAllowed(pattern));
  if (wrong !== undefined)
    throw new Error(
      `must have namespaces of at most ${MAX_PATTERN} characters, with * and ? as wildcards, as ${place}, not "${wrong}"`,
    );
  return patterns;
}
