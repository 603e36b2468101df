// What a command needs in memory before it can be decided without waiting.

import { isNamespacedId, namespaceOf } from "../base/ids.ts";
import { isArray, isObject, type JsonArray } from "../base/json/json.ts";
import { type Path, readPath, setAt } from "../base/json/pointer.ts";
import { JournalUnavailable, RevisionTaken } from "../journal/journal.ts";
import type { Reply } from "../signals/reply.ts";
import type { Command } from "../signals/signal.ts";
import type { CreationRules } from "./creation/creation-rules.ts";
import type { Entities, Held } from "./entities.ts";
import { bringsImports, checkImports } from "./imports.ts";
import type { PolicyAccess } from "./policy-access.ts";
import type { Recorder } from "./record.ts";

/** What the dispatcher works with. */
export interface Parts extends Recorder {
  readonly things: Entities;
  readonly policies: Entities;
  readonly access: PolicyAccess;
  /** Who may create what. */
  readonly creation: CreationRules;
  /** Has the owner of an entity carry out a command; absent where there are no other members of a cluster. */
  readonly atOwner?: (command: Command, origin: object | undefined) => Promise<Reply>;
}

export interface Ready {
  readonly held: Held;
  /** The policy that the entity is under; its own, for a policy. */
  readonly policy: Held | undefined;
}

/** What the command needs, if all of it is in memory and nothing has to be waited for. */
export function inMemory(parts: Parts, command: Command, store: Entities): Ready | undefined {
  const held = store.peek(command.id);
  if (!held || (command.action === "retrieve" && held.pending > 0)) return undefined;
  if (command.kind === "thing" && command.action === "create") return undefined;
  const policyId = command.kind === "policy" ? command.id : held.head?.value?.policyId;
  if (typeof policyId !== "string" || bringsImports(command)) return undefined;
  if ((namesPolicy(command) ?? policyId) !== policyId) return undefined;
  const policy = parts.policies.peek(policyId);
  // One that was not there may have been created meanwhile by another member.
  return policy?.head && parts.access.isReady(policy) ? { held, policy } : undefined;
}

/** The same from the database. A reader waits until everything decided before it is committed. */
export async function load(parts: Parts, command: Command, store: Entities): Promise<Ready> {
  return orUnavailable(command, store, async () => {
    let held = await store.load(command.id);
    if (command.action === "retrieve" && held.pending > 0) {
      await held.settled();
      held = await store.load(command.id);
    }
    await checkImports(command, parts.policies, parts.access);
    const policyId = command.kind === "policy" ? command.id : held.head?.value?.policyId;
    if (typeof policyId !== "string") return { held, policy: undefined };
    await loadPolicy(parts, namesPolicy(command));
    const policy = await loadPolicy(parts, policyId);
    // Everything was waited for in turn, and the cache may have moved on meanwhile.
    const current = store.peek(command.id) ?? held;
    return { held: current, policy: command.kind === "policy" ? current : policy };
  });
}

async function loadPolicy({ policies, access }: Parts, id: string | undefined): Promise<Held | undefined> {
  if (id === undefined || !isNamespacedId(id)) return undefined;
  const policy = await policies.load(id);
  await access.load(policy);
  return policy;
}

/** The policy that a command gives to an existing thing, by which its event is judged. */
function namesPolicy({ kind, action, path, value, patchFormat }: Command): string | undefined {
  if (kind !== "thing" || (action !== "modify" && action !== "merge")) return undefined;
  if (patchFormat) return isArray(value) ? policyPutBy(path, value) : undefined;
  const named = path.length === 0 ? isObject(value) && value.policyId : path[0] === "policyId" && value;
  return typeof named === "string" ? named : undefined;
}

/** The policy that the operations of a JSON patch put in the end. */
function policyPutBy(path: Path, operations: JsonArray): string | undefined {
  const puts = operations.flatMap((operation) => {
    if (!isObject(operation) || typeof operation.path !== "string") return [];
    const put = setAt({}, [...path, ...readPath(operation.path)], operation.value ?? null);
    return isObject(put) && typeof put.policyId === "string" ? [put.policyId] : [];
  });
  return puts.at(-1);
}

/** Entries of a policy may be meant for things of some namespaces only. */
export const namespaceFor = ({ kind, id }: Command) => (kind === "thing" ? namespaceOf(id) : undefined);

/** Runs what needs the database; its failures become the entity's 503, refusals pass. */
export async function orUnavailable<T>(
  command: Command,
  store: Entities,
  task: () => Promise<T>,
): Promise<T> {
  try {
    return await task();
  } catch (error) {
    throw refusalOf(error, command, store);
  }
}

/** What a command is refused with after a fault of the journal, which is its cause; anything else stays what it is. */
export const refusalOf = (error: unknown, { id }: Command, { rules }: Entities): unknown =>
  error instanceof JournalUnavailable || error instanceof RevisionTaken
    ? Object.assign(rules.unavailable(id), { cause: error })
    : error;
