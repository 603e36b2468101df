// A command on what is in memory: authorize, preconditions, decide, record, reply.

import { namespaceOf } from "../base/ids.ts";
import type { JsonObject } from "../base/json/json.ts";
import type { Access, Enforcer } from "../policies/enforcer.ts";
import type { Decision } from "../signals/decision.ts";
import type { Reply } from "../signals/reply.ts";
import type { Resource } from "../signals/resource.ts";
import type { Command, EntityState } from "../signals/signal.ts";
import { annotationOf } from "./annotate.ts";
import { authorizeWrite } from "./authorize.ts";
import { conditionOf, refuseLiveChannelCondition } from "./condition.ts";
import { checkMayCreate } from "./creation/creation-rules.ts";
import { reductionOf } from "./effect.ts";
import type { Entities, Held } from "./entities.ts";
import { StateVoid } from "./errors.ts";
import { etagOf } from "./etag.ts";
import { jsonPatchOf } from "./json-patch.ts";
import { retrieveView } from "./policy-view.ts";
import { checkPreconditions, hasPreconditions } from "./preconditions.ts";
import { namespaceFor, type Parts, type Ready, refusalOf } from "./ready.ts";
import { type Decided, decided, type FindEnforcer, record } from "./record.ts";
import type { Judged } from "./retrieve.ts";
import type { EntityRules } from "./rules.ts";

/** Decides a command on an entity that is in memory; the promise is that of the commit. */
export function execute(
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
  const state = reading ? held.committed : held.head;
  if (createsPolicy(command, state)) return createPolicy(parts, command, store, held, origin);
  if (!state?.value) throw rules.notFound(command.id);
  const enforcer = enforcerFor(parts, command, state, policy);
  if (!enforcer) throw reading ? rules.notFound(command.id) : rules.notModifiable(command.id);
  const access = enforcer.forSubjects(command.auth.subjects);
  if (reading) {
    const judged = judgedBy(parts, command, access, policy);
    const seen = { state, text: () => held.text() };
    return Promise.resolve(retrieveView(parts, command, resource, rules, seen, judged));
  }
  return write(parts, command, { store, held, state, resource, enforcer, access }, origin);
}

/** A writing command and all that it is decided with. */
interface Writing {
  readonly store: Entities;
  readonly held: Held;
  readonly state: EntityState;
  readonly resource: Resource;
  readonly enforcer: Enforcer;
  readonly access: Access;
}

/** The stages of a write in the order in which Ditto takes them, as that decides which refusal is told. */
function write(
  parts: Parts,
  asked: Command,
  { store, held, state, resource, enforcer, access }: Writing,
  origin: object | undefined,
): Promise<Reply> {
  const { rules } = store;
  asked.guard?.(state);
  const condition = conditionOf(asked, access);
  const reduce = reductionOf(asked, rules, access);
  const becomes = asked.patchFormat ? jsonPatchOf(asked, resource, rules, access) : undefined;
  if (!becomes) authorizeWrite(asked, resource, rules, access);
  refuseLiveChannelCondition(asked);
  const annotate = annotationOf(asked);
  condition?.(state);
  if (hasPreconditions(asked.headers)) {
    const etag = etagOf(resource, state, rules.valueAt(state, asked.path));
    checkPreconditions(asked.headers, etag, false, rules.preconditionFailed);
  }
  const command = becomes ? becomes(state) : asked;
  const decision = rules.decide(state, command);
  const reduced = decision.isSettled ? undefined : reduce(command, state, decision.change);
  if (!reduced) return unchanged(command, store, held, state);
  const change = decided(store, held, annotate(state, reduced, rules.maxSize));
  // A JSON patch may come to a change of a part, but is answered for what it was sent to.
  const told = becomes ? { ...command, action: asked.action, path: asked.path } : command;
  return commit(parts, told, store, [change], decision, audienceOf(parts, change, enforcer), origin);
}

/** The answer to a write of which nothing was left to record; the state it was judged on must be committed first. */
async function unchanged(command: Command, store: Entities, held: Held, state: EntityState): Promise<Reply> {
  if (held.pending > 0) await held.settled();
  if (held.lost) throw refusalOf(new StateVoid("the state that was judged on is void"), command, store);
  const etag = etagAfter(command, store.rules, state);
  return { status: 204, revision: state.revision, ...(etag !== undefined && { etag }) };
}

/** A policy is judged by itself, also where it is not committed yet: the commands of one session follow one another. */
export function enforcerFor(
  { access }: Parts,
  command: Command,
  state: EntityState,
  policy: Held | undefined,
): Enforcer | undefined {
  if (command.kind === "policy") return access.enforcerOfValue(state.value as JsonObject);
  return access.enforcer(policy, namespaceFor(command));
}

/** An event is for those who may read the thing as it has become, by its policy at the time of the event. */
function audienceOf(
  { policies, access }: Parts,
  { store, held, next }: Decided,
  now: Enforcer,
): FindEnforcer {
  if (store.rules.kind === "policy") return () => undefined;
  const policyId = (next.value ?? held.head?.value)?.policyId as string;
  const isSame = policyId === held.head?.value?.policyId;
  return () => {
    const policy = policies.peek(policyId);
    if (policy && access.isReady(policy)) return access.enforcer(policy, namespaceOf(held.id));
    return isSame ? now : undefined;
  };
}

/** Records what was decided and answers once it is committed. */
export async function commit(
  parts: Parts,
  command: Command,
  store: Entities,
  changes: readonly Decided[],
  decision: Decision,
  findEnforcer: FindEnforcer,
  origin: object | undefined,
): Promise<Reply> {
  try {
    await record(parts, changes, command, findEnforcer, origin);
  } catch (error) {
    throw refusalOf(error, command, store);
  }
  const { next, text } = changes[changes.length - 1] as Decided;
  const etag = etagAfter(command, store.rules, next);
  const body = decision.value === undefined ? {} : { value: decision.value, ...(text !== null && { text }) };
  return { status: decision.status, revision: next.revision, ...body, ...(etag !== undefined && { etag }) };
}

/** The entity tag that a writer is told: after a deletion none, but where the absent resource has one. */
function etagAfter({ action, path }: Command, rules: EntityRules, next: EntityState): string | undefined {
  const resource = rules.resource(path) as Resource;
  if (resource.etag === "none") return undefined;
  if (action === "delete" && resource.absentTag === undefined) return undefined;
  if (resource.etag === "revision" || (action === "merge" && resource.mergeEtag))
    return `"rev:${next.revision}"`;
  return etagOf(resource, next, rules.valueAt(next, path));
}

/** What the answer to a retrieve is judged by; the policy is that of the entity. */
export function judgedBy(parts: Parts, { auth }: Command, access: Access, policy: Held | undefined): Judged {
  return {
    access,
    policy: policy?.committed?.value as JsonObject,
    accessToPolicy: () => parts.access.enforcer(policy)?.forSubjects(auth.subjects),
  };
}

/** As with things, a `create` is one whether or not the policy exists. */
const createsPolicy = ({ kind, action, path }: Command, state: EntityState | undefined) =>
  kind === "policy" && path.length === 0 && (action === "create" || (action === "modify" && !state?.value));

/** Judged by the policy that it brings; that one exists already is told last. */
function createPolicy(
  parts: Parts,
  command: Command,
  store: Entities,
  held: Held,
  origin: object | undefined,
): Promise<Reply> {
  const { rules } = store;
  const etag = held.head?.value && etagOf(rules.resource([]) as Resource, held.head, held.head.value);
  checkMayCreate(parts.creation, command);
  rules.checkCreation(command);
  checkPreconditions(command.headers, etag, false, rules.preconditionFailed);
  const decision = rules.decide(held.head, command);
  const change = decided(store, held, decision.change);
  return commit(parts, command, store, [change], decision, () => undefined, origin);
}
