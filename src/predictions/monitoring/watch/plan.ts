// What is watched of a predictor, as its spec has it.

import { createHash } from "node:crypto";
import type { Alert, OutputRef, Predictor } from "../../model.ts";
import type { Scored } from "../monitor.ts";
import type { BaselinePlan } from "./baseline.ts";
import type { Truth } from "./quality.ts";

/** What all versions of a predictor are watched by. */
export interface WatchPlan {
  readonly inputs: readonly string[];
  readonly baseline: BaselinePlan;
  readonly windowSize: number;
  readonly truth: Truth | undefined;
  /** Which output is compared between groups; absent: none is. */
  readonly compared: { readonly ref: OutputRef; readonly threshold: number | undefined } | undefined;
  readonly alerts: readonly Alert[];
}

export type Role = Scored["role"];

/** What a predictor says of its monitoring, made ready for vectors of these columns. */
export function planOf({ inputs, output, monitoring }: Predictor, columns: readonly string[]): WatchPlan {
  const { baselineSize, windowSize, truth, groups, alerts } = monitoring;
  const compared = truth?.output ?? output.properties[0]?.from ?? output.desiredProperties[0]?.from;
  const threshold = truth?.kind === "classification" ? truth.threshold : undefined;
  return {
    inputs: inputs.map(({ name }) => name),
    baseline: {
      columns,
      size: baselineSize,
      attributions: output.attributions,
      fingerprint: fingerprintOf([columns, inputs, baselineSize, output.attributions ?? null]),
    },
    windowSize,
    truth,
    compared: groups && compared && { ref: compared, threshold },
    alerts,
  };
}

const fingerprintOf = (of: unknown): string =>
  createHash("sha256").update(JSON.stringify(of)).digest("base64url");

/** The versions that a predictor names, the active one first. */
export function rolesOf({ model, canary, shadows }: Predictor): ReadonlyMap<string, Role> {
  const roles = new Map<string, Role>([[model.version, "active"]]);
  if (canary) roles.set(canary.model.version, "canary");
  for (const { version } of shadows) roles.set(version, "shadow");
  return roles;
}
