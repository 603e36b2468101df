// A thing is born under a policy that exists, or together with a policy of its own.

import { TwinError } from "../../base/errors.ts";
import { isObject, type JsonObject } from "../../base/json/json.ts";
import type { Access, Enforcer } from "../../policies/enforcer.ts";
import { policyConflict, policyNotFound } from "../../policies/errors.ts";
import { withCallersSubject } from "../../policies/request-subject.ts";
import type { Reply } from "../../signals/reply.ts";
import type { Resource } from "../../signals/resource.ts";
import type { Command, EntityState } from "../../signals/signal.ts";
import { policyExists, thingNotCreatable, thingNotModifiable } from "../../things/errors.ts";
import { annotationOf } from "../annotate.ts";
import { conditionOf, refuseLiveChannelCondition } from "../condition.ts";
import type { Held } from "../entities.ts";
import { etagOf } from "../etag.ts";
import { commit, execute } from "../execute.ts";
import { checkImports } from "../imports.ts";
import { checkPreconditions } from "../preconditions.ts";
import { load, namespaceFor, orUnavailable, type Parts } from "../ready.ts";
import { type Decided, decided, record } from "../record.ts";
import type { EntityRules } from "../rules.ts";
import { asBirth } from "./birth.ts";
import { checkMayCreate } from "./creation-rules.ts";
import { choosePolicy, type NewPolicy, type PolicySource } from "./policy-choice.ts";

/** Whether a command brings a thing into being; what can do nothing else does so also where the thing exists. */
export function createsThing({ kind, action, path, patchFormat }: Command, held: Held): boolean {
  if (kind !== "thing" || path.length > 0 || patchFormat) return false;
  return action === "create" || (!held.head?.value && action !== "delete" && action !== "retrieve");
}

/**
 * Creates a thing under a policy that exists, or together with a new one. That the thing exists is told, with 409, to who
 * might have created it, whatever the policy that it has.
 */
export async function createThing(
  parts: Parts,
  command: Command,
  held: Held,
  origin: object | undefined,
): Promise<Reply> {
  const { rules } = parts.things;
  if (command.action === "merge") rules.checkBody(command); // what it lacks is filled in below
  checkMayCreate(parts.creation, command);
  const choice = choosePolicy(command);
  return "use" in choice
    ? createUnder(parts, command, held, choice.use, origin)
    : createWith(parts, command, held, choice, origin);
}

/**
 * The policy must exist, and be readable by whoever creates the thing: by all of its entries, also those that are not
 * meant for things of this namespace.
 */
async function createUnder(
  parts: Parts,
  command: Command,
  held: Held,
  policyId: string,
  origin: object | undefined,
): Promise<Reply> {
  const { things } = parts;
  const { subjects } = command.auth;
  const policy = await loadPolicy(parts, command, policyId);
  if (!parts.access.enforcer(policy)?.forSubjects(subjects).hasPartial("policy", [], "READ"))
    throw policyNotFound(policyId);
  const enforcer = parts.access.enforcer(policy, namespaceFor(command)) as Enforcer;
  const { decision, thing } = decideThing(parts, command, held, policyId, enforcer);
  return commit(parts, command, things, [thing], decision, () => enforcer, origin);
}

/** Thing and policy of one id are born in one transaction; a policy of another id is committed before its thing. */
async function createWith(
  parts: Parts,
  command: Command,
  held: Held,
  choice: NewPolicy,
  origin: object | undefined,
): Promise<Reply> {
  const { things } = parts;
  const birth = await birthOf(parts, command, choice);
  // From here on nothing is waited for until both are recorded, so that nobody creates the same policy in between.
  const born = decidePolicy(parts, command, birth);
  const enforcer = parts.access.enforcerOfValue(born.next.value as JsonObject, namespaceFor(command));
  const { decision, thing } = decideThing(parts, command, held, birth.id, enforcer);
  if (birth.id === command.id) {
    return commit(parts, command, things, [born, thing], decision, () => enforcer, origin);
  }
  await orUnavailable(command, things, () => recordPolicy(parts, command, born, birth, origin));
  try {
    return await commit(parts, command, things, [thing], decision, () => enforcer, origin);
  } catch (error) {
    // The policy is there: what failed cannot be tried again as if nothing had happened.
    throw error instanceof TwinError ? new TwinError(error.code, error.status, error.text) : error;
  }
}

/** Commits the policy of a thing; its owner may be another than the thing's. */
async function recordPolicy(
  parts: Parts,
  command: Command,
  born: Decided,
  birth: Command,
  origin: object | undefined,
): Promise<void> {
  const { policies, atOwner } = parts;
  if (!atOwner || policies.owns(birth.id)) return record(parts, [born], birth, () => undefined, origin);
  const { "if-match": _, "if-none-match": __, ...headers } = birth.headers; // which are about the thing
  try {
    await atOwner(asBirth({ ...birth, headers }), origin);
  } catch (refusal) {
    if (policyConflict.is(refusal)) throw policyExists(command.id, birth.id);
    throw asRefusalOfThing(parts, command, birth, refusal);
  }
  policies.expire(birth.id, 1);
}

/** Decides the thing's birth under a policy, by what that allows. */
function decideThing({ things }: Parts, command: Command, held: Held, policyId: string, enforcer: Enforcer) {
  const access = enforcer.forSubjects(command.auth.subjects);
  if (!access.hasUnrestricted("thing", [], "WRITE")) throw thingNotModifiable(command.id);
  refuseLiveChannelCondition(command);
  checkConditions(things.rules, command, held.head, access);
  const annotate = annotationOf(command);
  const decision = things.rules.decide(held.head, withPolicyId(command, policyId));
  const change = annotate(held.head, decision.change, things.rules.maxSize);
  return { decision, thing: decided(things, held, change) };
}

/** Preconditions, and the conditions on a thing that turns out to be there, which come before the conflict. */
function checkConditions(
  rules: EntityRules,
  command: Command,
  state: EntityState | undefined,
  access: Access,
): void {
  if (state?.value) conditionOf(command, access)?.(state);
  const etag = state?.value && etagOf(rules.resource([]) as Resource, state, state.value);
  checkPreconditions(command.headers, etag, false, rules.preconditionFailed);
}

/** The command with the policy ID that its thing will have. */
function withPolicyId(command: Command, policyId: string): Command {
  return isObject(command.value) ? { ...command, value: { ...command.value, policyId } } : command;
}

/** The command that creates the new policy, with everything in memory that deciding it needs. */
async function birthOf(parts: Parts, command: Command, choice: NewPolicy): Promise<Command> {
  const { policies, access } = parts;
  const value = "policy" in choice ? choice.policy : await copyOf(parts, command, choice.copyOf);
  const birth = withCallersSubject({
    ...command,
    kind: "policy",
    id: choice.create,
    action: "create",
    value,
  });
  try {
    checkMayCreate(parts.creation, birth);
    await orUnavailable(command, policies, () => checkImports(birth, policies, access));
  } catch (error) {
    throw asRefusalOfThing(parts, command, birth, error);
  }
  await loadPolicy(parts, command, birth.id);
  return birth;
}

/** What refuses the policy of a new thing is told as a refusal of the thing, but for what is wrong with its body. */
function asRefusalOfThing(parts: Parts, { id }: Command, birth: Command, error: unknown): unknown {
  if (!(error instanceof TwinError) || error.status >= 500) return error;
  parts.policies.rules.checkBody(birth);
  return thingNotCreatable(id, error.message, error.status);
}

function decidePolicy(parts: Parts, command: Command, birth: Command): Decided {
  const { policies } = parts;
  const held = policies.peek(birth.id);
  if (!held) throw policies.rules.unavailable(birth.id); // evicted in the very moment it was loaded
  if (held.head?.value) throw policyExists(command.id, birth.id);
  try {
    policies.rules.checkCreation(birth);
    return decided(policies, held, policies.rules.decide(held.head, birth).change);
  } catch (error) {
    throw asRefusalOfThing(parts, command, birth, error);
  }
}

/** A policy with what it imports; one that is being written is waited for. */
function loadPolicy({ things, policies, access }: Parts, command: Command, id: string): Promise<Held> {
  return orUnavailable(command, things, async () => {
    let policy = await policies.load(id);
    if (policy.pending > 0) {
      await policy.settled();
      policy = await policies.load(id);
    }
    await access.load(policy);
    return policy;
  });
}

/** The readable part of the policy that is to be copied, without its id. */
async function copyOf(parts: Parts, command: Command, source: PolicySource): Promise<JsonObject> {
  const { things, access } = parts;
  let id = "policy" in source ? source.policy : "";
  if ("thing" in source) {
    const { "if-match": _, "if-none-match": __, ...headers } = command.headers;
    const retrieve: Command = {
      ...command,
      headers,
      id: source.thing,
      action: "retrieve",
      path: ["policyId"],
    };
    const ready = await load(parts, retrieve, things);
    id = (await execute(parts, retrieve, things, ready, undefined)).value as string;
  }
  const policy = await loadPolicy(parts, command, id);
  const readable = access
    .enforcer(policy)
    ?.forSubjects(command.auth.subjects)
    .view("policy", policy.committed?.value as JsonObject, []);
  if (!isObject(readable)) throw policyNotFound(id);
  const { policyId: _, ...rest } = readable;
  return rest;
}
