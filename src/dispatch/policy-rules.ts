import { getAt } from "../base/json/pointer.ts";
import { policyIdInvalid } from "../base/policy-id.ts";
import { applyPolicy } from "../policies/apply.ts";
import { checkPolicyBody, decidePolicy } from "../policies/decide.ts";
import * as errors from "../policies/errors.ts";
import { defaultPolicyLimits, type PolicyLimits } from "../policies/limits.ts";
import { checkCreatorKeepsWrite } from "../policies/lockout.ts";
import { noRoots, type RootsOf } from "../policies/namespace-roots.ts";
import type { LookUpPolicy } from "../policies/resolve.ts";
import { matchPolicyPath, storedPath } from "../policies/resources.ts";
import { retrievePolicy } from "../policies/retrieve.ts";
import type { EntityRules } from "./rules.ts";

/** What an operator sets for policies; Ditto's defaults stand where it is left out. */
export interface PolicySettings extends Partial<Omit<PolicyLimits, "maxSize" | "now">> {
  readonly rootsOf?: RootsOf;
}

/** What the settings, or Ditto's defaults, limit policies to; `now` in milliseconds since the epoch. */
export const policyLimits = (
  maxSize: number,
  { rootsOf: _, ...set }: PolicySettings,
  now = Date.now(),
): PolicyLimits => ({ ...defaultPolicyLimits, ...set, maxSize, now });

/** Policies, as the dispatcher sees them. `lookUp` finds other policies that are in memory. */
export function policyRules(
  maxSize: number,
  lookUp: LookUpPolicy,
  settings: PolicySettings = {},
): EntityRules {
  const { rootsOf = noRoots } = settings;
  const limits = (now?: number) => policyLimits(maxSize, settings, now);
  /** That an expiry is past is told as the last of what is wrong with a body, to who may write it. */
  const beforeAllExpiries = () => limits(Number.NEGATIVE_INFINITY);
  return {
    kind: "policy",
    maxSize,
    resource: matchPolicyPath,
    valueAt: (state, path) => getAt(state.value, storedPath(path)),
    retrieve: retrievePolicy,
    checkPath: () => undefined,
    // How many policies it imports is judged once it is known that they may be imported.
    checkBody: (command) =>
      checkPolicyBody(command, { ...beforeAllExpiries(), maxImports: Number.POSITIVE_INFINITY }),
    checkCreation: (command) => checkCreatorKeepsWrite(command, beforeAllExpiries(), lookUp, rootsOf),
    decide: (state, command) => decidePolicy(state, command, limits(), lookUp),
    apply: applyPolicy,
    idInvalid: policyIdInvalid,
    idNotSettable: errors.policyIdNotSettable,
    notFound: errors.policyNotFound,
    notModifiable: errors.policyNotModifiable,
    notDeletable: errors.policyNotModifiable,
    unavailable: errors.policyUnavailable,
    tooLarge: errors.policyTooLarge,
    preconditionFailed: errors.policyPreconditionFailed,
    isEqual: errors.policyIsEqual,
    removeEmptyObjects: false,
  };
}
