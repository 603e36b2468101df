// Which policy a new thing gets (basic-policy page): a given one, an inline one, or one that grants its creator all.

import { isNamespacedId } from "../../base/ids.ts";
import { invalidJson } from "../../base/json/errors.ts";
import { getKey, isObject, type JsonObject, type JsonValue } from "../../base/json/json.ts";
import { policyIdInvalid } from "../../base/policy-id.ts";
import type { Command } from "../../signals/signal.ts";
import { policyConflicting } from "../../things/errors.ts";

export type PolicyChoice =
  /** The thing names a policy that exists. */
  { readonly use: string } | NewPolicy;

/** A policy is created with the thing: a given one, or a copy. */
export type NewPolicy =
  | { readonly create: string; readonly policy: JsonObject }
  | { readonly create: string; readonly copyOf: PolicySource };

/** Where a copied policy comes from: one that is named, or that of a thing. */
export type PolicySource = { readonly policy: string } | { readonly thing: string };

/** Reads the choice out of a command that creates a thing. */
export function choosePolicy(command: Command): PolicyChoice {
  const body = isObject(command.value) ? command.value : {};
  const given = getKey(body, "policyId");
  const inline = getKey(body, "_policy");
  if (given !== undefined && given !== null) checkId(given);
  const copied = getKey(body, "_copyPolicyFrom");
  if (typeof copied === "string") {
    if (isObject(inline)) throw policyConflicting(command.id);
    return { create: (given ?? command.id) as string, copyOf: sourceOf(copied) };
  }
  if (inline !== undefined && inline !== null) {
    if (!isObject(inline)) throw invalidJson("'_policy' is a policy as a JSON object.");
    const own = getKey(inline, "policyId");
    if (own !== undefined) checkId(own);
    return { create: (own ?? given ?? command.id) as string, policy: inline };
  }
  if (typeof given === "string") return { use: given };
  return { create: command.id, policy: grantAll(command.auth.subjects[0] as string) };
}

function checkId(id: JsonValue): void {
  if (typeof id !== "string") throw invalidJson("A policy ID is a string.");
  if (!isNamespacedId(id)) throw policyIdInvalid(id);
}

/** A policy ID, or `{{ ref:things/<thing id>/policyId }}`. */
function sourceOf(text: string): PolicySource {
  const thing = /^\{\{\s*ref:things\/([^/]+)\/policyId\s*\}\}$/.exec(text)?.[1];
  if (thing !== undefined && isNamespacedId(thing)) return { thing };
  if (!isNamespacedId(text)) throw policyIdInvalid(text);
  return { policy: text };
}

const permissions = { grant: ["READ", "WRITE"], revoke: [] };

/** The policy of a thing whose creator named none. */
const grantAll = (subject: string): JsonObject => ({
  entries: {
    DEFAULT: {
      subjects: { [subject]: { type: "generated" } },
      resources: { "thing:/": permissions, "policy:/": permissions, "message:/": permissions },
    },
  },
});
