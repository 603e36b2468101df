// Publishing a live signal as the owner of its thing: authorized there, and in the order of what is asked of the thing.

import type { Enforcer } from "../../policies/enforcer.ts";
import type { LiveSignal } from "../../signals/live.ts";
import type { EntityState } from "../../signals/signal.ts";
import type { Parts } from "../ready.ts";
import type { Turns } from "../turns.ts";
import { authorizeLive } from "./authorize-live.ts";
import { type Target, withTarget } from "./target.ts";

/** Delivers a signal that was authorized to its subscribers, in the order of the calls; `state` is that of its thing. */
export type PublishLive = (
  signal: LiveSignal,
  enforcer: Enforcer,
  state: EntityState | undefined,
  origin: object | undefined,
) => void;

export interface PublishParts extends Parts {
  readonly publishLive: PublishLive;
}

/**
 * Published in the order of the calls for each thing, and at once where nothing has to be loaded; `onPublish` is called right
 * before. Throws or rejects with the refusal.
 */
export function publishHere(
  parts: PublishParts,
  turns: Turns,
  signal: LiveSignal,
  origin: object | undefined,
  onPublish?: (target: Target) => void,
): void | Promise<void> {
  return withTarget(parts, turns, signal, (target) => {
    const { state, enforcer } = target;
    authorizeLive(signal, state, enforcer.forSubjects(signal.auth.subjects), parts.things.rules);
    onPublish?.(target);
    parts.publishLive(signal, enforcer, state, origin);
  });
}
