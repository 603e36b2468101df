import { expect } from "vitest";
import type { JsonObject, JsonValue } from "../../src/base/json/json.ts";
import { readPath } from "../../src/base/json/pointer.ts";
import { applyPolicy } from "../../src/policies/apply.ts";
import { decidePolicy } from "../../src/policies/decide.ts";
import { defaultPolicyLimits, type PolicyLimits } from "../../src/policies/limits.ts";
import type { Decision } from "../../src/signals/decision.ts";
import type { Command, CommandAction, DittoHeaders, EntityState } from "../../src/signals/signal.ts";
import { codeOf } from "../support/things.ts";

export const id = "org.acme:lamp";
export const limits: PolicyLimits = {
  ...defaultPolicyLimits,
  expiryGranularity: 5000,
  now: Date.UTC(2026, 10, 21),
};
const subjects = ["nginx:ditto"];

export const owner: JsonObject = {
  subjects: { "nginx:ditto": { type: "t" } },
  resources: { "policy:/": { grant: ["READ", "WRITE"], revoke: [] } },
  importable: "implicit",
};

/** A policy at revision 3 with these entries beside its owner's. */
export function stateWith(entries: JsonObject = {}, imports: JsonObject = {}): EntityState {
  const value = { policyId: id, imports, entries: { owner, ...entries } };
  return { value, revision: 3, created: 1000, modified: 3000 };
}

export function command(
  action: CommandAction,
  path: string,
  value?: JsonValue,
  headers: DittoHeaders = {},
): Command {
  const base = { kind: "policy", id, action, path: readPath(path), headers, auth: { subjects } } as const;
  return value === undefined ? base : { ...base, value };
}

/** Decides one command on a state, and applies what it decides. */
export function given(state: EntityState | undefined, changed: Partial<PolicyLimits> = {}) {
  const decide = (what: Command) => decidePolicy(state, what, { ...limits, ...changed });
  return {
    when(action: CommandAction, path: string, value?: JsonValue) {
      const what = command(action, path, value);
      return {
        thenDecides: (expected: Decision) => expect(decide(what)).toEqual(expected),
        thenRejects: (code: string) => expect(codeOf(() => decide(what))).toBe(code),
        thenHolds: (policy: JsonObject) => {
          const after = applyPolicy(state, decide(what).change, (state?.revision ?? 0) + 1, 9000).value;
          expect(JSON.stringify(after)).toBe(JSON.stringify(policy));
        },
      };
    },
  };
}

/** An entry that lets somebody else read things. */
export const reader: JsonObject = {
  subjects: { "nginx:user": { type: "t" } },
  resources: { "thing:/": { grant: ["READ"], revoke: [] } },
  importable: "implicit",
};
