// The life of a command, whichever door it came by: turn, load, authorize, preconditions, decide, record, reply.

import { namespaceOf } from "../base/ids.ts";
import { isObject, type JsonObject } from "../base/json/json.ts";
import { JournalUnavailable, RevisionTaken } from "../journal/journal.ts";
import type { Enforcer } from "../policies/enforcer.ts";
import { policyNotFound } from "../policies/errors.ts";
import type { Decision } from "../signals/decision.ts";
import type { Reply } from "../signals/reply.ts";
import type { Resource } from "../signals/resource.ts";
import type { Command, EntityState } from "../signals/signal.ts";
import { thingNotCreatable, thingNotModifiable } from "../things/errors.ts";
import { authorizeWrite } from "./authorize.ts";
import { choosePolicy, type PolicyChoice } from "./creation.ts";
import type { Entities, Held } from "./entities.ts";
import { etagOf } from "./etag.ts";
import { bringsImports, checkImports } from "./imports.ts";
import type { PolicyAccess } from "./policy-access.ts";
import { checkPreconditions } from "./preconditions.ts";
import { type Decided, decided, type Recorder, record } from "./record.ts";
import { retrieve } from "./retrieve.ts";
import type { EntityRules } from "./rules.ts";
import { Turns } from "./turns.ts";

export interface Parts extends Recorder {
  readonly things: Entities;
  readonly policies: Entities;
  readonly access: PolicyAccess;
}

/** Handles one command; refusals are thrown as {@link TwinError}. `origin` is the session that sent it. */
export type Dispatch = (command: Command, origin?: object) => Promise<Reply>;

/** What a command needs in memory before it can be decided without waiting. */
interface Ready {
  readonly held: Held;
  /** The policy that the entity is under; its own, for a policy. */
  readonly policy: Held | undefined;
}

/** Makes the dispatcher of a server. */
export function dispatcher(parts: Parts): Dispatch {
  const turns = new Turns();

  return async (command, origin) => {
    const store = command.kind === "thing" ? parts.things : parts.policies;
    if (!turns.busy(command.id)) {
      const ready = inMemory(parts, command, store);
      if (ready) return execute(parts, command, store, ready, origin);
    }
    // The turn ends when the command is decided; its commit is awaited outside of it.
    const { reply } = await turns.take(command.id, async () => {
      const ready = await load(parts, command, store);
      if (createsThing(command, ready.held))
        return { reply: await createThing(parts, command, ready.held, origin) };
      return { reply: execute(parts, command, store, ready, origin) };
    });
    return reply;
  };
}

/** What the command needs, if all of it is in memory and nothing has to be waited for. */
function inMemory(parts: Parts, command: Command, store: Entities): Ready | undefined {
  const held = store.peek(command.id);
  if (!held || (command.action === "retrieve" && held.pending > 0)) return undefined;
  const policyId = command.kind === "policy" ? command.id : held.head?.value?.policyId;
  if (typeof policyId !== "string" || bringsImports(command)) return undefined;
  const policy = parts.policies.peek(policyId);
  return policy && parts.access.isReady(policy) ? { held, policy } : undefined;
}

/** The same from the database. A reader waits until everything decided before it is committed. */
async function load(parts: Parts, command: Command, store: Entities): Promise<Ready> {
  return orUnavailable(command, store, async () => {
    let held = await store.load(command.id);
    if (command.action === "retrieve" && held.pending > 0) {
      await held.settled();
      held = await store.load(command.id);
    }
    await checkImports(command, parts.policies, parts.access);
    const policyId = command.kind === "policy" ? command.id : held.head?.value?.policyId;
    if (typeof policyId !== "string") return { held, policy: undefined };
    const policy = await parts.policies.load(policyId);
    await parts.access.load(policy);
    return { held, policy };
  });
}

/** Decides a command on an entity that is in memory; the promise is that of the commit. */
function execute(
  parts: Parts,
  command: Command,
  store: Entities,
  { held, policy }: Ready,
  origin: object | undefined,
): Promise<Reply> {
  const { rules } = store;
  const resource = rules.resource(command.path);
  const reading = command.action === "retrieve";
  if (!resource) throw rules.notFound(command.id);
  if (!held.head?.value) {
    if (command.kind === "policy" && createsPolicy(command))
      return createPolicy(parts, command, store, held, origin);
    throw rules.notFound(command.id);
  }
  const enforcer = parts.access.enforcer(policy, namespaceFor(command));
  if (!enforcer) throw reading ? rules.notFound(command.id) : rules.notModifiable(command.id);
  const access = enforcer.forSubjects(command.auth.subjects);
  if (reading) {
    const policyJson = policy?.committed?.value as JsonObject;
    return Promise.resolve(retrieve(command, resource, rules, held, access, policyJson));
  }
  authorizeWrite(command, resource, rules, access);
  const etag = etagOf(resource, held.head, rules.valueAt(held.head, command.path));
  checkPreconditions(command.headers, etag, false, rules.preconditionFailed);
  const decision = rules.decide(held.head, command);
  const change = decided(store, held, decision.change);
  return commit(parts, command, store, [change], decision, enforcer, origin);
}

/** Entries of a policy may be meant for things of some namespaces only. */
const namespaceFor = ({ kind, id }: Command) => (kind === "thing" ? namespaceOf(id) : undefined);

/** Records what was decided and answers once it is committed. */
async function commit(
  parts: Parts,
  command: Command,
  store: Entities,
  changes: readonly Decided[],
  decision: Decision,
  enforcer: Enforcer | undefined,
  origin: object | undefined,
): Promise<Reply> {
  const recorded = record(parts, changes, command, enforcer, origin);
  await orUnavailable(command, store, () => recorded);
  const { next, text } = changes[changes.length - 1] as Decided;
  const etag = etagAfter(command, store.rules, next);
  const body = decision.value === undefined ? {} : { value: decision.value, ...(text !== null && { text }) };
  return { status: decision.status, revision: next.revision, ...body, ...(etag !== undefined && { etag }) };
}

/** The entity tag that a writer is told: none after a deletion. */
function etagAfter({ action, path }: Command, rules: EntityRules, next: EntityState): string | undefined {
  const resource = rules.resource(path) as Resource;
  if (action === "delete" || resource.etag === "none") return undefined;
  if (resource.etag === "revision" || (action === "merge" && resource.mergeEtag))
    return `"rev:${next.revision}"`;
  return etagOf(resource, next, rules.valueAt(next, path));
}

const createsPolicy = ({ action, path }: Command) =>
  path.length === 0 && (action === "create" || action === "modify");

function createPolicy(
  parts: Parts,
  command: Command,
  store: Entities,
  held: Held,
  origin: object | undefined,
): Promise<Reply> {
  checkPreconditions(command.headers, undefined, false, store.rules.preconditionFailed);
  store.rules.checkCreation(command);
  const decision = store.rules.decide(held.head, command);
  const change = decided(store, held, decision.change);
  return commit(parts, command, store, [change], decision, undefined, origin);
}

function createsThing({ kind, action, path }: Command, held: Held): boolean {
  return (
    kind === "thing" && path.length === 0 && action !== "delete" && action !== "retrieve" && !held.head?.value
  );
}

/** Creates a thing under a policy that exists, or together with a new one in the same transaction. */
async function createThing(
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
  choice: PolicyChoice,
  held: Held,
): Promise<Decided> {
  const { policies, access } = parts;
  if (!("create" in choice)) throw new Error("the thing uses an existing policy");
  if (held.head?.value) throw thingNotCreatable(command.id, `the policy '${choice.create}' exists already.`);
  const birth: Command = {
    ...command,
    kind: "policy",
    id: choice.create,
    action: "create",
    value: choice.policy,
  };
  await orUnavailable(command, policies, () => checkImports(birth, policies, access));
  policies.rules.checkCreation(birth);
  const decision = policies.rules.decide(held.head, birth);
  return decided(policies, held, decision.change);
}

/** Runs what needs the database; its failures become the entity's 503, refusals pass. */
async function orUnavailable<T>(command: Command, store: Entities, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    if (error instanceof JournalUnavailable || error instanceof RevisionTaken)
      throw store.rules.unavailable(command.id);
    throw error;
  }
}
