// The JSON of a predictor → the predictor (docs/predictions.md).

import { isNamespacedId } from "../../base/ids.ts";
import type { JsonObject } from "../../base/json/json.ts";
import { type Path, printPath } from "../../base/json/pointer.ts";
import { predictorInvalid } from "../errors.ts";
import {
  checkUnique,
  type Given,
  given,
  list,
  members,
  number,
  oneOf,
  optional,
  type Reads,
  required,
  text,
} from "../fields.ts";
import type { Canary, Predictor } from "../model.ts";
import { modelsIn } from "../models-in.ts";
import { readBinding, readTrigger } from "./read-binding.ts";
import { checkReadings, readInput } from "./read-input.ts";
import { readModel } from "./read-model.ts";
import { readMonitoring } from "./read-monitoring.ts";
import { checkPredictorId } from "./read-names.ts";
import { checkNoLoop, readOutput, triggerPathsIn } from "./read-output.ts";

const MAX_INPUTS = 256;
const MAX_COLUMNS = 1_024;
const MAX_SUBJECTS = 100;
const MAX_SHADOWS = 4;
/** Characters of the JSON. */
const MAX_SIZE = 262_144;
const keys = [
  ...["id", "description", "status", "policyId", "authorizationContext", "bind", "trigger", "inputs"],
  ...["model", "shadow", "canary", "output", "monitoring"],
];

const policyId: Reads<string> = (given) => {
  const id = text({ max: 256 })(given);
  if (!isNamespacedId(id)) throw predictorInvalid(given.at, "It must be the ID of a policy: namespace:name.");
  return id;
};

const subject = text({
  max: 1_000,
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the control characters are what a subject may not hold.
  pattern: /^[^:\u0000-\u001f\u007f-\u00ff]+:[^\u0000-\u001f\u007f-\u00ff]+$/,
  form: "It must be a subject as policies name them: issuer:subject.",
});

const canary: Reads<Canary> = (value) => {
  const part = members(value, ["share", "model"]);
  return {
    share: required(part, "share", number({ min: 0, max: 1 })),
    model: required(part, "model", readModel),
  };
};

const EMPTY: JsonObject = {};

/**
 * Reads a predictor, which has its `id`. Refuses what is no predictor with `predictors:predictor.invalid`, naming the field, and a
 * bad ID with `predictors:predictor.id.invalid`.
 */
export function readPredictor(json: JsonObject): Predictor {
  const part = members({ value: json, at: "" }, keys);
  if (JSON.stringify(json).length > MAX_SIZE)
    throw predictorInvalid("", `Its JSON has more than ${MAX_SIZE} characters.`);
  const id = required(part, "id", text({ max: 1_000 }));
  checkPredictorId(id);
  const inputs = required(part, "inputs", list(readInput, { max: MAX_INPUTS }));
  const inputPaths = eachOnce(inputs.map(({ path }) => path));
  const reads = (key: string, nothing: Given) =>
    part.value[key] === undefined ? nothing : { value: part.value[key], at: `/${key}` };
  const predictor: Predictor = {
    id,
    ...given(part, "description", text({ min: 0, max: 2_000 })),
    status: optional(part, "status", oneOf(["active", "paused"])) ?? "active",
    ...given(part, "policyId", policyId),
    authorizationContext: required(part, "authorizationContext", list(subject, { max: MAX_SUBJECTS })),
    bind: readBinding(reads("bind", { value: EMPTY, at: "/bind" })),
    trigger: readTrigger(reads("trigger", { value: EMPTY, at: "/trigger" }), inputPaths),
    inputs,
    model: required(part, "model", readModel),
    shadows: optional(part, "shadow", list(readModel, { min: 0, max: MAX_SHADOWS })) ?? [],
    ...given(part, "canary", canary),
    output: required(part, "output", readOutput),
    monitoring: readMonitoring(reads("monitoring", { value: EMPTY, at: "/monitoring" })),
  };
  checkWhole(predictor, json);
  return predictor;
}

const eachOnce = (paths: readonly Path[]): readonly Path[] => [
  ...new Map(paths.map((path) => [printPath(path), path])).values(),
];

/** What only shows when all of it is known. */
function checkWhole({ inputs, output, authorizationContext, ...models }: Predictor, json: JsonObject): void {
  checkUnique(authorizationContext, (i) => `/authorizationContext/${i}`);
  checkUnique(
    inputs.map(({ name }) => name),
    (i) => `/inputs/${i}/name`,
  );
  const columns = inputs.reduce((count, { oneHot }) => count + (oneHot?.length ?? 1), 0);
  if (columns > MAX_COLUMNS)
    throw predictorInvalid("/inputs", `They make ${columns} columns, and may make ${MAX_COLUMNS}.`);
  checkReadings(inputs);
  for (const [i, { path }] of inputs.entries()) checkNoLoop(output, path, `/inputs/${i}/path`);
  for (const { path, at } of triggerPathsIn(json)) checkNoLoop(output, path, at);
  const places = modelsIn(json);
  checkUnique(
    [models.model, ...models.shadows, ...(models.canary ? [models.canary.model] : [])].map(
      ({ version }) => version,
    ),
    (i) => `${places[i]?.at}/version`,
  );
}
