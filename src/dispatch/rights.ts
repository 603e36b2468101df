// What subjects may do, asked by who acts for them: with paths of a thing, and with a predictor by its policy.

import { isNamespacedId, namespaceOf } from "../base/ids.ts";
import type { Path } from "../base/json/pointer.ts";
import type { Access } from "../policies/enforcer.ts";
import type { Permission } from "../policies/trie.ts";
import type { EntityState } from "../signals/signal.ts";
import type { Parts } from "./ready.ts";

export type RightsSources = Pick<Parts, "things" | "policies" | "access">;

/** A thing as it is committed, and what somebody may do with it. */
export interface ThingRights {
  readonly state: EntityState;
  readonly access: Access;
}

/**
 * What subjects may do with a thing by its policy; `undefined` where the thing or its policy does not exist. The array of
 * subjects must not change. Rejects with `JournalUnavailable`, or with 503 where the policy imports what is not there.
 */
export async function thingRights(
  { things, policies, access }: RightsSources,
  thingId: string,
  subjects: readonly string[],
): Promise<ThingRights | undefined> {
  const state = (await things.load(thingId)).committed;
  const policyId = state?.value?.policyId;
  if (!state || typeof policyId !== "string") return undefined;
  const policy = await policies.load(policyId);
  await access.load(policy);
  const enforcer = access.enforcer(policy, namespaceOf(thingId));
  return enforcer && { state, access: enforcer.forSubjects(subjects) };
}

/**
 * Whether a policy gives subjects a permission on all of a predictor, or on a path of it; nobody has one by a policy that does not
 * exist. Rejects as {@link thingRights}.
 */
export async function policyGrants(
  { policies, access }: Pick<RightsSources, "policies" | "access">,
  policyId: string,
  subjects: readonly string[],
  permission: Permission,
  path: Path = [],
): Promise<boolean> {
  if (!isNamespacedId(policyId)) return false;
  const policy = await policies.load(policyId);
  await access.load(policy);
  const enforcer = access.enforcer(policy);
  return enforcer?.forSubjects(subjects).hasUnrestricted("predictor", path, permission) ?? false;
}
