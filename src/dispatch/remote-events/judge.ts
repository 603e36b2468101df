// The policy by which the event of another member is judged: a copy that is not older than the one of its publisher.

import { namespaceOf } from "../../base/ids.ts";
import type { Enforcer } from "../../policies/enforcer.ts";
import type { Held } from "../entities.ts";
import { rebuild } from "../history/rebuild.ts";
import type { Parts } from "../ready.ts";

type JudgeParts = Pick<Parts, "policies" | "access" | "journal">;

/**
 * What a policy of at least a revision allows for a thing, at once where that is in memory. Of a policy that was deleted meanwhile it is what the last one
 * before allowed: the end of a thing is most often followed by that of its policy. Rejects where the database does not answer.
 */
export function judge(
  { policies, access, journal }: JudgeParts,
  thingId: string,
  { id, revision }: { readonly id: string; readonly revision: number },
): Enforcer | undefined | Promise<Enforcer | undefined> {
  const namespace = namespaceOf(thingId);
  const isNewEnough = (held: Held) => (held.committed?.revision ?? 0) >= revision;
  const known = policies.peek(id);
  if (known?.committed?.value && isNewEnough(known) && access.isReady(known))
    return access.enforcer(known, namespace);
  return loaded();

  async function loaded(): Promise<Enforcer | undefined> {
    const held = await newEnough(await policies.load(id));
    if (held.committed && !held.committed.value) return beforeItsEnd(held.committed.revision);
    await access.load(held);
    return access.enforcer(held, namespace);
  }

  /** Many may find out at once that the copy is too old: the first one drops it, and all share what is read then. */
  async function newEnough(held: Held): Promise<Held> {
    if (isNewEnough(held)) return held;
    if (policies.peek(id) === held) policies.expire(id, revision);
    return policies.load(id);
  }

  async function beforeItsEnd(end: number): Promise<Enforcer | undefined> {
    const past = await rebuild(journal, policies.rules, id, { revision: end - 1 });
    return past?.state.value && access.enforcerOfValue(past.state.value, namespace);
  }
}
