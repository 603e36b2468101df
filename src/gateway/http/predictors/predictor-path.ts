// `/api/2/predictors/**`: what a path is about.

import { checkPredictorId, checkVersion } from "../../../predictions/read/read-names.ts";
import { decodeSegment } from "../uri.ts";

export const PREDICTORS = "/api/2/predictors";

const PARTS = ["status", "baseline", "rollback", "training-data", "models"] as const;

export type PredictorPart = (typeof PARTS)[number];

/** The collection, or a predictor with or without what is at it. */
export type PredictorPath =
  | "all"
  | { readonly id: string; readonly part?: PredictorPart }
  | { readonly id: string; readonly part: "model" | "activate"; readonly version: string };

export const isPredictorsPath = (path: string): boolean =>
  path === PREDICTORS || path.startsWith(`${PREDICTORS}/`);

/**
 * Reads a path; `undefined` where there is nothing. A bad ID is refused with `predictors:predictor.id.invalid`, a bad version with
 * `predictors:model.invalid`.
 */
export function predictorPathOf(path: string): PredictorPath | undefined {
  const trimmed = path.endsWith("/") ? path.slice(0, -1) : path;
  if (trimmed === PREDICTORS) return "all";
  const [id = "", part, version, action, ...more] = trimmed
    .slice(PREDICTORS.length + 1)
    .split("/")
    .map((segment) => decodeSegment(segment) ?? segment);
  checkPredictorId(id);
  if (part === undefined) return { id };
  const known = PARTS.find((name) => name === part);
  if (version === undefined) return known && { id, part: known };
  if (known !== "models" || more.length > 0) return undefined;
  checkVersion(version);
  if (action === undefined) return { id, part: "model", version };
  return action === "activate" ? { id, part: "activate", version } : undefined;
}
