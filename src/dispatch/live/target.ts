// The thing that a live signal is about, with the policy that it is judged by.

import { namespaceOf } from "../../base/ids.ts";
import type { Enforcer } from "../../policies/enforcer.ts";
import type { LiveSignal } from "../../signals/live.ts";
import type { Command, EntityState } from "../../signals/signal.ts";
import { inMemory, load, type Parts, type Ready } from "../ready.ts";
import type { Turns } from "../turns.ts";

export interface Target {
  /** The committed state of a thing that exists. */
  readonly state: EntityState;
  readonly enforcer: Enforcer;
}

type Said = Pick<LiveSignal, "id" | "headers" | "auth">;

/** Live signals need what a read of the whole thing needs: all that was decided before, committed. */
const asRead = ({ id, auth }: Said): Command => ({
  kind: "thing",
  id,
  action: "retrieve",
  path: [],
  headers: {},
  auth,
});

/**
 * Hands the target of a signal to `use`: at once where all of it is in memory and nothing waits for the thing, without a
 * promise then; else in turn, so that signals of one thing keep their order. Throws or rejects with 404 where there is no
 * such thing, and with 503.
 */
export function withTarget(
  parts: Parts,
  turns: Turns,
  signal: LiveSignal,
  use: (target: Target) => void,
): void | Promise<void> {
  const read = asRead(signal);
  if (!turns.busy(signal.id)) {
    const ready = inMemory(parts, read, parts.things);
    if (ready) return use(targetOf(parts, signal, ready));
  }
  return turns.take(signal.id, async () =>
    use(targetOf(parts, signal, await load(parts, read, parts.things))),
  );
}

/** The target as it is now, `undefined` where the thing or its policy is gone. Rejects with 503. */
export async function currentTarget(parts: Parts, said: Said): Promise<Target | undefined> {
  const read = asRead(said);
  return found(parts, said, inMemory(parts, read, parts.things) ?? (await load(parts, read, parts.things)));
}

/** Who may not know of the thing is told of what is missing in the words of the twin. */
function targetOf(parts: Parts, signal: LiveSignal, ready: Ready): Target {
  const target = found(parts, signal, ready);
  if (target) return target;
  const { rules } = parts.things;
  const isWrite = signal.says === "live-command" && signal.action !== "retrieve";
  throw isWrite && ready.held.committed?.value ? rules.notModifiable(signal.id) : rules.notFound(signal.id);
}

function found({ access }: Parts, { id }: Said, { held, policy }: Ready): Target | undefined {
  const state = held.committed;
  const enforcer = state?.value && access.enforcer(policy, namespaceOf(id));
  return state && enforcer && { state, enforcer };
}
