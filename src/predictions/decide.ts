// What a command makes of a predictor, or why it is refused.

import { isArray, isObject, type JsonObject, type JsonValue } from "../base/json/json.ts";
import { mergePatch } from "../base/json/merge-patch.ts";
import type { DecidedDocument, DocumentNow } from "../dispatch/documents/document.ts";
import { modelNotFound, predictorInvalid, predictorNotFound, rollbackImpossible } from "./errors.ts";
import type { Predictor } from "./model.ts";
import { isFileOf, modelsIn, versionIn } from "./models-in.ts";
import type { PredictorCommand } from "./predictors-api.ts";
import { normalPredictor } from "./print.ts";
import { readPredictor } from "./read/read-predictor.ts";
import { masked, withKeptSecrets } from "./secrets.ts";

export type PredictorEvent = "created" | "modified" | "deleted";
export type PredictorNow = DocumentNow<Predictor>;
export type DecidedPredictor = DecidedDocument<Predictor, PredictorEvent>;

/** What else counts for a decision. */
export interface Known {
  /** Versions of which files are uploaded; only where one is activated. */
  readonly files: ReadonlySet<string>;
  /** The JSON of the newest earlier model that was another, where history has one; only for going back. */
  readonly earlierModel: JsonObject | undefined;
}

/** Decides what a command records. `now` is absent where there is no predictor. */
export function decide(
  now: PredictorNow | undefined,
  command: PredictorCommand,
  known: Known,
): DecidedPredictor {
  switch (command.action) {
    case "put":
      return put(now, command);
    case "delete":
      if (!now) throw predictorNotFound(command.id);
      return { event: "deleted", change: { action: "deleted", path: [] }, document: undefined };
    case "patch":
      return patched(readable(now, command), command);
    case "activate":
      return written("modified", activated(readable(now, command).value, command.version, known));
    case "rollback":
      return written("modified", rolledBack(readable(now, command).value, command.id, known));
  }
}

/** What is not wholly replaced must be there, and readable. */
function readable(now: PredictorNow | undefined, { id }: PredictorCommand): PredictorNow {
  if (!now) throw predictorNotFound(id);
  if (!now.document) throw now.fault;
  return now;
}

/** Reads what was decided, too, so that nothing is recorded that cannot be. */
const written = (event: "created" | "modified", value: JsonObject): DecidedPredictor => ({
  event,
  change: { action: event, path: [], value },
  document: readPredictor(value),
});

type Writing = Extract<PredictorCommand, { value: JsonValue }>;

function put(now: PredictorNow | undefined, command: Writing): DecidedPredictor {
  const before = now?.document ? now.value : {};
  return written(now ? "modified" : "created", stored(command, command.value, before));
}

/** Secrets that the patch leaves alone are kept under the same conditions as those that a put keeps. */
function patched({ value }: PredictorNow, command: Writing): DecidedPredictor {
  if (!isObject(command.value)) throw predictorInvalid("", "A merge patch must be an object.");
  return written("modified", stored(command, mergePatch(masked(value), command.value), value));
}

/** The form in which the JSON of a predictor is stored, secrets in clear. */
function stored({ id, caller }: Writing, json: JsonValue, before: JsonObject): JsonObject {
  if (!isObject(json)) throw predictorInvalid("", "It must be an object.");
  if (json.id !== undefined && json.id !== id)
    throw predictorInvalid("/id", `It is not '${id}', which is that of the path.`);
  // What is no predictor is told before what is wrong with its secrets.
  readPredictor({ ...json, id });
  return withKeptSecrets(normalPredictor(id, json), before, caller.isOperator);
}

function activated(json: JsonObject, version: string, { files }: Known): JsonObject {
  const model =
    modelsIn(json).find(({ value }) => versionIn(value) === version)?.value ?? uploaded(json, version);
  if (!model) throw modelNotFound(version);
  return withModel(json, model, files);
}

/** An ONNX model goes from one of its files to another. */
const uploaded = ({ model }: JsonObject, version: string): JsonObject | undefined =>
  isObject(model) && model.type === "onnx" ? { ...model, version } : undefined;

function rolledBack(json: JsonObject, id: string, { earlierModel, files }: Known): JsonObject {
  if (!earlierModel) throw rollbackImpossible(id);
  return withModel(json, earlierModel, files);
}

/** The predictor with another model, which is no shadow and no canary any more. */
function withModel(json: JsonObject, model: JsonObject, files: ReadonlySet<string>): JsonObject {
  const version = versionIn(model) as string;
  if (isFileOf(model, version) && !files.has(version)) throw modelNotFound(version);
  const isIt = (other: JsonValue | undefined): boolean => isObject(other) && versionIn(other) === version;
  const { shadow, canary, ...rest } = json;
  const shadows = isArray(shadow) ? shadow.filter((one) => !isIt(one)) : [];
  const staysCanary = isObject(canary) && !isIt(canary.model);
  return {
    ...rest,
    model,
    ...(shadows.length > 0 ? { shadow: shadows } : {}),
    ...(staysCanary ? { canary } : {}),
  };
}
