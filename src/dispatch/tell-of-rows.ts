// What everybody learns of a change at its commit, when it is known only from the journal: headers of commands are not kept, so its
// event has none.

import type { Enforcer } from "../policies/enforcer.ts";
import type { EntityState } from "../signals/signal.ts";
import { rebuild } from "./history/rebuild.ts";
import type { Parts } from "./ready.ts";
import { judge } from "./remote-events/judge.ts";
import { type PublishedPast, pastOf } from "./remote-events/past-of.ts";
import type { TellOfRows } from "./unconfirmed.ts";

type TellParts = Omit<Parts, "creation" | "atOwner" | "snapshots" | "historicalHeaders">;

/** Makes the function that does what follows on a commit, for rows whose commit was not known. */
export function tellingOfRows(parts: TellParts): TellOfRows {
  const { journal, things, policies, index, watch, spread } = parts;

  async function tellOfThing(id: string, rows: Parameters<TellOfRows>[2]): Promise<void> {
    const past = await pastOf(journal, things.rules, id, rows);
    const judged: { readonly past: PublishedPast; readonly enforcer: Enforcer | undefined }[] = [];
    for (const one of past) judged.push({ past: one, enforcer: await enforcerOf(id, one.state) });
    // Nothing is waited for between them: all are told, or none.
    for (const { past, enforcer } of judged) parts.publish(past.event, enforcer, undefined, past.state);
    index?.thingChanged(id, rows.at(-1)?.revision ?? 0);
  }

  async function enforcerOf(thingId: string, { value }: EntityState): Promise<Enforcer | undefined> {
    const id = value?.policyId;
    return typeof id === "string" ? judge(parts, thingId, { id, revision: 0 }) : undefined;
  }

  /** Nobody is told of events of policies; what follows on them is the same for all rows together. */
  async function tellOfPolicy(id: string, rows: Parameters<TellOfRows>[2]): Promise<void> {
    const [first, last] = [rows[0]?.revision ?? 1, rows.at(-1)?.revision ?? 1];
    const stateAt = async (revision: number) =>
      revision > 0 ? (await rebuild(journal, policies.rules, id, { revision }))?.state : undefined;
    const before = (await stateAt(first - 1))?.value;
    const now = await stateAt(last);
    if (!now) return;
    watch?.committed(id, before, now.value);
    index?.policyChanged(id, last);
    await spread?.("policy", id, before, now);
  }

  return (kind, id, rows) => (kind === "thing" ? tellOfThing(id, rows) : tellOfPolicy(id, rows));
}
