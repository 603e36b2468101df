// Which things a predictor is for, and when it predicts.

import { TwinError } from "../../base/errors.ts";
import type { Path } from "../../base/json/pointer.ts";
import { compileCriterion } from "../../rql/evaluate.ts";
import { thingVocabulary } from "../../rql/field.ts";
import { MAX_RQL_LENGTH, parseRql } from "../../rql/parse.ts";
import { predictorInvalid } from "../errors.ts";
import { duration, type Given, given, list, members, optional, type Reads, text } from "../fields.ts";
import type { Binding, Trigger } from "../model.ts";
import { messageSubject, thingPath } from "./read-names.ts";

const MAX_NAMESPACES = 100;
const MAX_PATHS = 64;

const namespace = text({
  max: 254,
  pattern: /^[a-zA-Z]\w*(?:[.-][a-zA-Z]\w*)*$/,
  form: "It must be a namespace, such as org.acme.",
});

const filter: Reads<string> = (given) => {
  const rql = text({ max: MAX_RQL_LENGTH })(given);
  try {
    compileCriterion(parseRql(rql), thingVocabulary);
  } catch (error) {
    const reason = error instanceof TwinError ? (error.text.description ?? error.message) : "";
    throw predictorInvalid(given.at, `It must be RQL on things. ${reason}`.trim());
  }
  return rql;
};

/** Reads which things a predictor is for. */
export function readBinding(value: Given): Binding {
  const part = members(value, ["namespaces", "filter", "definition"]);
  return {
    ...given(part, "namespaces", list(namespace, { max: MAX_NAMESPACES })),
    ...given(part, "filter", filter),
    ...given(part, "definition", text({ max: 1_000 })),
  };
}

/** Reads when predictions are made; without paths a change of an input triggers. */
export function readTrigger(value: Given, inputs: readonly Path[]): Trigger {
  const part = members(value, ["paths", "debounce", "every", "message"]);
  const every = optional(part, "every", duration("1s", "7d"));
  const trigger: Trigger = {
    paths: optional(part, "paths", list(thingPath, { min: 0, max: MAX_PATHS })) ?? inputs,
    debounceMs: optional(part, "debounce", duration("0s", "1h")) ?? 0,
    ...(every === undefined ? {} : { everyMs: every }),
    ...given(part, "message", messageSubject),
  };
  if (trigger.paths.length > 0 || every !== undefined || trigger.message !== undefined) return trigger;
  throw predictorInvalid(value.at, "Nothing triggers: it needs paths, every or message.");
}
