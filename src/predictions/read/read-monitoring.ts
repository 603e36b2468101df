// What is watched of a predictor.

import { predictorInvalid } from "../errors.ts";
import {
  below,
  duration,
  type Given,
  given,
  list,
  members,
  number,
  oneOf,
  optional,
  pointer,
  type Reads,
  required,
  whole,
} from "../fields.ts";
import { type Alert, alertSources, type MonitoringSpec } from "../model.ts";
import { thingPath } from "./read-names.ts";

const MAX_ALERTS = 64;
const WEEK_MS = 7 * 24 * 3_600_000;
const size = whole({ min: 10, max: 100_000 });

const truth: Reads<NonNullable<MonitoringSpec["truth"]>> = (value) => {
  const part = members(value, ["path", "output", "kind", "threshold", "within"]);
  const kind = required(part, "kind", oneOf(["regression", "classification"]));
  const threshold = optional(part, "threshold", number());
  if (kind === "regression" && threshold !== undefined)
    throw predictorInvalid(below(value.at, "threshold"), "Only a classification has one.");
  return {
    path: required(part, "path", thingPath),
    output: required(part, "output", pointer),
    kind,
    threshold: threshold ?? 0.5,
    withinMs: optional(part, "within", duration("1s", "366d")) ?? WEEK_MS,
  };
};

const alert: Reads<Alert> = (value) => {
  const part = members(value, ["on", "above"]);
  return { on: required(part, "on", oneOf(alertSources)), above: required(part, "above", number()) };
};

/** Reads what is watched; nothing given, as for an empty object. */
export function readMonitoring(value: Given): MonitoringSpec {
  const part = members(value, ["baselineSize", "windowSize", "truth", "groups", "alerts"]);
  return {
    baselineSize: optional(part, "baselineSize", size) ?? 1_000,
    windowSize: optional(part, "windowSize", size) ?? 500,
    ...given(part, "truth", truth),
    ...given(part, "groups", thingPath),
    alerts: optional(part, "alerts", list(alert, { min: 0, max: MAX_ALERTS })) ?? [],
  };
}
