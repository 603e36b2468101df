// Who may answer a live signal: correlation IDs are chosen by clients, so that strangers could guess them.

import type { Path } from "../../base/json/pointer.ts";
import type { Enforcer } from "../../policies/enforcer.ts";
import type { LiveCommand, Message } from "../../signals/live.ts";
import { messageResource } from "../../signals/message-resource.ts";
import type { AuthContext } from "../../signals/signal.ts";

/** A promise where another member has to be asked; it rejects where that is in vain. */
export type MayAnswer = (auth: AuthContext) => boolean | Promise<boolean>;

/**
 * Those who may be told of a signal, by the policy that it is published with, and those who may write what it is about: a
 * device may answer as somebody else than it listens as. Keeps nothing of the signal but where it was said.
 */
export function answerersOf(signal: LiveCommand | Message, enforcer: Enforcer): MayAnswer {
  const [type, path] = resourceOf(signal);
  return ({ subjects }) => {
    const access = enforcer.forSubjects(subjects);
    return access.hasPartial(type, path, "READ") || access.hasPartial(type, path, "WRITE");
  };
}

const resourceOf = (signal: LiveCommand | Message): readonly ["thing" | "message", Path] =>
  signal.says === "message" ? ["message", messageResource(signal)] : ["thing", signal.path];
