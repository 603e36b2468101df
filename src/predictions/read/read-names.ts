// What names something in a predictor: IDs, versions, places in a thing, messages.

import type { Path } from "../../base/json/pointer.ts";
import { modelInvalid, predictorIdInvalid, predictorInvalid } from "../errors.ts";
import { pointer, type Reads, text } from "../fields.ts";

// No name is a dot or two, which clients take out of a path.
const ID = /^(?!\.{1,2}$)[A-Za-z0-9_.:-]{1,100}$/;
const VERSION = /^(?!\.{1,2}$)[A-Za-z0-9_.-]{1,60}$/;
const versionForm = "It must be made of 1 to 60 letters, digits, '_', '.' and '-'.";

/** Refuses what is no ID of a predictor with `predictors:predictor.id.invalid`. */
export function checkPredictorId(id: string): void {
  if (!ID.test(id)) throw predictorIdInvalid(id);
}

/** Refuses what is no name of a version with `predictors:model.invalid`. */
export function checkVersion(version: string): void {
  if (!VERSION.test(version)) throw modelInvalid(`The name of a version is wrong. ${versionForm}`);
}

export const version = text({ max: 60, pattern: VERSION, form: versionForm });

const parts: readonly string[] = ["attributes", "features", "definition"];

/** A place in a thing. */
export const thingPath: Reads<Path> = (given) => {
  const path = pointer(given);
  if (parts.includes(path[0] as string)) return path;
  throw predictorInvalid(given.at, `It must begin with one of ${parts.join(", ")}.`);
};

export const messageSubject = text({
  max: 256,
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the control characters are what a subject may not hold.
  pattern: /^[^\u0000-\u001f\u007f-\u00ff]+$/,
});
