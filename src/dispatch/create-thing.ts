// A thing is born under a policy that exists, or together with a policy of its own.

import { isObject, type JsonObject } from "../base/json/json.ts";
import { policyNotFound } from "../policies/errors.ts";
import type { Reply } from "../signals/reply.ts";
import type { Command } from "../signals/signal.ts";
import { thingNotCreatable, thingNotModifiable } from "../things/errors.ts";
import type { Held } from "./entities.ts";
import { commit, execute } from "./execute.ts";
import { checkImports } from "./imports.ts";
import { choosePolicy, type PolicyChoice, type PolicySource } from "./policy-choice.ts";
import { checkPreconditions } from "./preconditions.ts";
import { load, namespaceFor, orUnavailable, type Parts } from "./ready.ts";
import { type Decided, decided, record } from "./record.ts";

/** Whether a command brings a thing into being. */
export function createsThing({ kind, action, path }: Command, held: Held): boolean {
  return (
    kind === "thing" && path.length === 0 && action !== "delete" && action !== "retrieve" && !held.head?.value
  );
}

/** Creates a thing under a policy that exists, or together with a new one in the same transaction. */
export async function createThing(
  parts: Parts,
  command: Command,
  held: Held,
  origin: object | undefined,
): Promise<Reply> {
  const { things, policies } = parts;
  checkPreconditions(command.headers, undefined, false, things.rules.preconditionFailed);
  const choice = choosePolicy(command);
  const policyId = "use" in choice ? choice.use : choice.create;
  const policy = await orUnavailable(command, things, async () => {
    const loaded = await policies.load(policyId);
    await parts.access.load(loaded);
    return loaded;
  });
  const decision = things.rules.decide(held.head, withPolicyId(command, policyId));
  if ("use" in choice) {
    const enforcer = parts.access.enforcer(policy, namespaceFor(command));
    const access = enforcer?.forSubjects(command.auth.subjects);
    if (!enforcer || !access?.hasPartial("policy", [], "READ")) throw policyNotFound(policyId);
    if (!access.hasUnrestricted("thing", [], "WRITE")) throw thingNotModifiable(command.id);
    return commit(
      parts,
      command,
      things,
      [decided(things, held, decision.change)],
      decision,
      enforcer,
      origin,
    );
  }
  const born = await decidePolicyOf(parts, command, choice, policy);
  const enforcer = parts.access.enforcerOfValue(born.next.value as JsonObject, namespaceFor(command));
  if (!enforcer.forSubjects(command.auth.subjects).hasUnrestricted("thing", [], "WRITE")) {
    throw thingNotModifiable(command.id);
  }
  const thing = decided(things, held, decision.change);
  if (policyId === command.id)
    return commit(parts, command, things, [born, thing], decision, enforcer, origin);
  await orUnavailable(command, things, () => record(parts, [born], command, undefined, origin));
  return commit(parts, command, things, [thing], decision, enforcer, origin);
}

/** The command with the policy ID that its thing will have. */
function withPolicyId(command: Command, policyId: string): Command {
  return isObject(command.value) ? { ...command, value: { ...command.value, policyId } } : command;
}

/** Decides the policy that is born with a thing. */
async function decidePolicyOf(
  parts: Parts,
  command: Command,
  choice: Exclude<PolicyChoice, { use: string }>,
  held: Held,
): Promise<Decided> {
  const { policies, access } = parts;
  const value = "policy" in choice ? choice.policy : await copyOf(parts, command, choice.copyOf);
  if (held.head?.value) throw thingNotCreatable(command.id, `the policy '${choice.create}' exists already.`);
  const birth: Command = {
    ...command,
    kind: "policy",
    id: choice.create,
    action: "create",
    value,
  };
  await orUnavailable(command, policies, () => checkImports(birth, policies, access));
  policies.rules.checkCreation(birth);
  const decision = policies.rules.decide(held.head, birth);
  return decided(policies, held, decision.change);
}

/** The readable part of the policy that is to be copied, without its id. */
async function copyOf(parts: Parts, command: Command, source: PolicySource): Promise<JsonObject> {
  const { things, policies, access } = parts;
  let id = "policy" in source ? source.policy : "";
  if ("thing" in source) {
    const retrieve: Command = { ...command, id: source.thing, action: "retrieve", path: ["policyId"] };
    const ready = await load(parts, retrieve, things);
    id = (await execute(parts, retrieve, things, ready, undefined)).value as string;
  }
  const policy = await orUnavailable(command, things, async () => {
    const loaded = await policies.load(id);
    await access.load(loaded);
    return loaded;
  });
  const readable = access
    .enforcer(policy)
    ?.forSubjects(command.auth.subjects)
    .view("policy", policy.committed?.value as JsonObject, []);
  if (!isObject(readable)) throw policyNotFound(id);
  const { policyId: _, ...rest } = readable;
  return rest;
}
