// Which things a predictor is for, asked of what its subjects may see of a thing.

import { namespaceOf } from "../../base/ids.ts";
import { getKey, type JsonObject } from "../../base/json/json.ts";
import type { Path } from "../../base/json/pointer.ts";
import { addressedPaths } from "../../rql/criterion.ts";
import { compileCriterion, type Matcher } from "../../rql/evaluate.ts";
import { thingVocabulary } from "../../rql/field.ts";
import { parseRql } from "../../rql/parse.ts";
import type { Binding } from "../model.ts";

/** Whether a thing is bound; `thing` is its JSON, special fields such as `_revision` included, as far as it may be seen. */
export type IsBound = (thing: JsonObject, thingId: string) => boolean;

/** What a filter may look at of one thing, in characters; one that needs more matches nothing. */
const MAX_LOOKED_AT = 500_000;
const TOO_MUCH = new Error("a binding would have to look at too much text");

/** Compiles a binding; a filter that is none is refused with `rql.expression.invalid`. */
export function bindingOf({ namespaces, filter, definition }: Binding): IsBound {
  const names = namespaces && new Set(namespaces);
  const matches = filter === undefined ? undefined : compileCriterion(parseRql(filter), thingVocabulary);
  const isOfDefinition = definition === undefined ? undefined : patternOf(definition);
  return (thing, thingId) =>
    (!names || names.has(namespaceOf(thingId))) &&
    (!isOfDefinition || isOfDefinition(getKey(thing, "definition"))) &&
    (!matches || evaluate(matches, thing, thingId));
}

/** The fields of a thing that a binding looks at, beside its ID. */
export function boundBy({ filter, definition }: Binding): readonly Path[] {
  const fields = filter === undefined ? [] : addressedPaths(parseRql(filter));
  return definition === undefined ? fields : [...fields, ["definition"]];
}

/** The same as a filter of searches; `undefined`: all things of the namespaces. */
export function searchFilter({ filter, definition }: Binding): string | undefined {
  const like = definition === undefined ? undefined : `like(definition,${JSON.stringify(definition)})`;
  return filter !== undefined && like !== undefined ? `and(${filter},${like})` : (filter ?? like);
}

function evaluate(matches: Matcher, thing: JsonObject, thingId: string): boolean {
  let left = MAX_LOOKED_AT;
  const fieldOf = (name: string) => {
    if (name === "thingId") return thingId;
    return name === "_namespace" ? namespaceOf(thingId) : getKey(thing, name);
  };
  try {
    return matches({
      field: fieldOf,
      now: Date.now(),
      spend: (characters) => {
        left -= characters;
        if (left < 0) throw TOO_MUCH;
      },
    });
  } catch (error) {
    if (error === TOO_MUCH) return false;
    throw error;
  }
}

/** A definition with `*` for any characters; matched part by part, in a time linear in both. */
function patternOf(pattern: string): (definition: unknown) => boolean {
  const parts = pattern.split("*");
  const [first = "", ...others] = parts;
  const last = others.pop();
  return (definition) => {
    if (typeof definition !== "string") return false;
    if (last === undefined) return definition === first;
    if (!definition.startsWith(first) || definition.length < first.length + last.length) return false;
    let at = first.length;
    for (const part of others) {
      const found = definition.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return definition.length - last.length >= at && definition.endsWith(last);
  };
}
