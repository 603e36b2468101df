// The secrets of predictors: credentials for servers of models, and the values of the headers that they are sent.

import { getKey, isObject, type JsonObject, type JsonValue, putKey } from "../base/json/json.ts";
import type { DocumentVault } from "../dispatch/documents/document.ts";
import { predictorInvalid } from "./errors.ts";
import { below } from "./fields.ts";
import { type ModelIn, mapModels, modelsIn, versionIn } from "./models-in.ts";

/** What stands for a secret where it is not told. */
export const MASK = "***";

/** How one secret is kept at rest. */
export interface SecretBox {
  seal(secret: string): string;
  /** In clear, whether it was sealed or not. Throws where it was sealed with a key that is not there. */
  open(secret: string): string;
}

/** A secret, its pointer within the model, and that in the predictor. */
type Replace = (secret: string, path: readonly [string, string], at: string) => string;

const secretsOfCredentials: readonly string[] = ["password", "token"];

function mapSecrets(model: JsonObject, at: string, replace: Replace): JsonObject {
  const mapped = (key: string, isSecret: (member: string) => boolean): JsonObject => {
    const part = getKey(model, key);
    if (!isObject(part)) return {};
    const copy: { [member: string]: JsonValue } = {};
    for (const [member, value] of Object.entries(part)) {
      const isOne = typeof value === "string" && isSecret(member);
      putKey(copy, member, isOne ? replace(value, [key, member], below(`${at}/${key}`, member)) : value);
    }
    return { [key]: copy };
  };
  return {
    ...model,
    ...mapped("headers", () => true),
    ...mapped("credentials", (member) => secretsOfCredentials.includes(member)),
  };
}

const replaceSecrets = (json: JsonObject, replace: Replace): JsonObject =>
  mapModels(json, (model, at) => mapSecrets(model, at, replace));

/** The JSON of a predictor, or of a part of it, for those who may not know its secrets. */
export const masked = (json: JsonObject): JsonObject => replaceSecrets(json, () => MASK);

/** How predictors look at rest. */
export const predictorVault = (box: SecretBox): DocumentVault => ({
  seal: (json) => replaceSecrets(json, (secret) => box.seal(secret)),
  open: (json) => replaceSecrets(json, (secret, _path, at) => openedWith(box, secret, at)),
});

function openedWith(box: SecretBox, secret: string, at: string): string {
  try {
    return box.open(secret);
  } catch {
    throw predictorInvalid(at, "It was encrypted with a key that this server does not have.");
  }
}

/**
 * The JSON with each `***` replaced by the secret that was there before: of the model of the same version, or else in the same place.
 * Refuses one where there was none. Unless `isTrusted`, also where the model's URL leads to another server than the one that the
 * secret was given for, since who may not know it could have it sent to himself.
 */
export function withKeptSecrets(json: JsonObject, before: JsonObject, isTrusted: boolean): JsonObject {
  const known = modelsIn(before);
  return mapModels(json, (model, at) =>
    mapSecrets(model, at, (secret, path, place) =>
      secret === MASK ? keptSecret({ value: model, at }, path, place, known, isTrusted) : secret,
    ),
  );
}

function keptSecret(
  model: ModelIn,
  [key, member]: readonly [string, string],
  place: string,
  known: readonly ModelIn[],
  isTrusted: boolean,
): string {
  const secretOf = ({ value }: ModelIn): JsonValue | undefined => {
    const part = getKey(value, key);
    return isObject(part) ? getKey(part, member) : undefined;
  };
  const candidates = [
    known.find(({ value }) => versionIn(value) === versionIn(model.value)),
    known.find(({ at }) => at === model.at),
  ];
  const source = candidates.find((candidate) => candidate && typeof secretOf(candidate) === "string");
  if (!source)
    throw predictorInvalid(place, `There is no secret to be kept here, for which '${MASK}' stands.`);
  if (!isTrusted && originOf(source.value) !== originOf(model.value))
    throw predictorInvalid(place, "It is for another server than that of the URL, and must be given anew.");
  return secretOf(source) as string;
}

/** The server that a model is asked of; the text itself where it is no URL. */
function originOf({ url }: JsonObject): JsonValue | undefined {
  return typeof url === "string" && URL.canParse(url) ? new URL(url).origin : url;
}
