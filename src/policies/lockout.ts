import type { Command } from "../signals/signal.ts";
import { policyOf } from "./decide.ts";
import { compileEnforcer } from "./enforcer.ts";
import { policyNotCreatable } from "./errors.ts";
import type { PolicyLimits } from "./limits.ts";
import { effectiveEntries, noRoots, type RootsOf } from "./namespace-roots.ts";
import { type LookUpPolicy, refuseUnresolvable } from "./resolve.ts";

/**
 * Refuses to create a policy that its creator could not change afterwards, unless the header `allow-policy-lockout`
 * asks for it; what imports and namespace roots grant counts. Stands before the decision, whose refusals come after
 * this one.
 */
export function checkCreatorKeepsWrite(
  command: Command,
  limits: PolicyLimits,
  lookUp: LookUpPolicy,
  rootsOf: RootsOf = noRoots,
): void {
  const policy = policyOf(command, limits);
  refuseUnresolvable(policy, lookUp);
  if (command.headers["allow-policy-lockout"] === true) return;
  const enforcer = compileEnforcer(Object.values(effectiveEntries(policy, lookUp, rootsOf)));
  if (!enforcer.forSubjects(command.auth.subjects).hasUnrestricted("policy", [], "WRITE"))
    throw policyNotCreatable(command.id);
}
