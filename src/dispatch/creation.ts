// Which policy a new thing gets (basic-policy page): a given one, an inline one, or one that grants its creator all.

import { isNamespacedId } from "../base/ids.ts";
import { invalidJson } from "../base/json/errors.ts";
import { getKey, isObject, type JsonObject, type JsonValue } from "../base/json/json.ts";
import { policyIdInvalid } from "../policies/errors.ts";
import type { Command } from "../signals/signal.ts";

export type PolicyChoice =
  /** The thing names a policy that exists. */
  | { readonly use: string }
  /** A policy is created with the thing. `implicit` when nobody asked for one. */
  | { readonly create: string; readonly policy: JsonObject; readonly implicit: boolean };

/** Reads the choice out of a command that creates a thing. */
export function choosePolicy(command: Command): PolicyChoice {
  const body = isObject(command.value) ? command.value : {};
  const given = getKey(body, "policyId");
  const inline = getKey(body, "_policy");
  if (given !== undefined && given !== null) checkId(given);
  if (inline !== undefined && inline !== null) {
    if (!isObject(inline)) throw invalidJson("'_policy' is a policy as a JSON object.");
    const own = getKey(inline, "policyId");
    if (own !== undefined) checkId(own);
    return { create: (own ?? given ?? command.id) as string, policy: inline, implicit: false };
  }
  if (typeof given === "string") return { use: given };
  return { create: command.id, policy: grantAll(command.auth.subjects[0] as string), implicit: true };
}

function checkId(id: JsonValue): void {
  if (typeof id !== "string") throw invalidJson("A policy ID is a string.");
  if (!isNamespacedId(id)) throw policyIdInvalid(id);
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
