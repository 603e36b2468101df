// What becomes of the predictions of a predictor.

import { getKey, type JsonObject } from "../../base/json/json.ts";
import { type Path, printPath, readPath } from "../../base/json/pointer.ts";
import { checkDefinition } from "../../things/model.ts";
import { predictorInvalid } from "../errors.ts";
import {
  below,
  entries,
  flag,
  type Given,
  given,
  list,
  members,
  number,
  optional,
  pointer,
  type Reads,
  required,
  text,
} from "../fields.ts";
import type { Output, OutputProperty } from "../model.ts";
import { messageSubject } from "./read-names.ts";

const MAX_PROPERTIES = 256;
const MAX_DEFINITIONS = 100;
const keys = [
  ...["feature", "definition", "properties", "desiredProperties"],
  ...["message", "eventOnly", "confidence", "attributions"],
];

const featureId = text({
  max: 256,
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the control characters are what an ID may not hold.
  pattern: /^[^/\u0000-\u001f\u007f-\u00ff]+$/,
  form: "It must be the ID of a feature, without slashes and control characters.",
});

const definition: Reads<string> = (given) => {
  const identifier = text({ max: 1_000 })(given);
  try {
    checkDefinition(identifier);
  } catch {
    throw predictorInvalid(given.at, "It must be namespace:name:version, or a URL.");
  }
  return identifier;
};

/** Where each output goes. No pointer leads into what another one sets. */
const properties: Reads<readonly OutputProperty[]> = (given) => {
  const found = entries(given, { max: MAX_PROPERTIES }).map(([key, member]) => ({
    pointer: pointer({ value: key, at: member.at }),
    from: pointer(member),
    at: member.at,
  }));
  const taken = new Set<string>();
  for (const { pointer, at } of found) {
    if (taken.has(printPath(pointer))) throw predictorInvalid(at, "Another one leads to the same place.");
    taken.add(printPath(pointer));
  }
  for (const { pointer, at } of found)
    if (pointer.some((_, depth) => depth > 0 && taken.has(printPath(pointer.slice(0, depth)))))
      throw predictorInvalid(at, "It leads into what another one sets.");
  return found.map(({ pointer, from }) => ({ pointer, from }));
};

type OutputMessage = NonNullable<Output["message"]>;

const condition: Reads<NonNullable<OutputMessage["when"]>> = (value) => {
  const part = members(value, ["output", "above", "below"]);
  const when = {
    output: required(part, "output", pointer),
    ...given(part, "above", number()),
    ...given(part, "below", number()),
  };
  if ((when.above === undefined) === (when.below === undefined))
    throw predictorInvalid(value.at, "It must have one of above and below.");
  return when;
};

const message: Reads<OutputMessage> = (value) => {
  const part = members(value, ["subject", "when"]);
  return { subject: required(part, "subject", messageSubject), ...given(part, "when", condition) };
};

/** Reads what becomes of predictions. */
export function readOutput(value: Given): Output {
  const part = members(value, keys);
  const output: Output = {
    feature: required(part, "feature", featureId),
    ...given(part, "definition", list(definition, { max: MAX_DEFINITIONS })),
    properties: optional(part, "properties", properties) ?? [],
    desiredProperties: optional(part, "desiredProperties", properties) ?? [],
    ...given(part, "message", message),
    eventOnly: optional(part, "eventOnly", flag) ?? false,
    ...given(part, "confidence", pointer),
    ...given(part, "attributions", pointer),
  };
  const sets = output.properties.length > 0 || output.desiredProperties.length > 0;
  if (!sets && !output.message)
    throw predictorInvalid(value.at, "It needs properties, desiredProperties or a message.");
  if (!sets && output.eventOnly)
    throw predictorInvalid(below(value.at, "eventOnly"), "It needs properties or desiredProperties to tell.");
  return output;
}

/** Refuses readings of what the predictor itself writes. */
export function checkNoLoop({ feature }: Output, path: Path, at: string): void {
  if (path[0] === "features" && path[1] === feature)
    throw predictorInvalid(at, `It lies within the feature '${feature}' that the predictor writes itself.`);
}

/** The paths given in `trigger`, with where they stand. */
export function triggerPathsIn(json: JsonObject): readonly { readonly path: Path; readonly at: string }[] {
  const trigger = getKey(json, "trigger") as JsonObject | undefined;
  const paths = (trigger?.paths ?? []) as readonly string[];
  return paths.map((path, i) => ({ path: readPath(path), at: `/trigger/paths/${i}` }));
}
