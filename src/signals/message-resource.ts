// Which resource of a policy a message stands for (basic-messages page).

import type { Path } from "../base/json/pointer.ts";
import type { Message, MessageResponse } from "./live.ts";

type Addressed = Pick<Message | MessageResponse, "featureId" | "direction" | "subject">;

/**
 * The path of `message:/` that a message is judged by. The subject is one key of it, also where it holds slashes, which a
 * policy then writes as `~1`.
 */
export function messageResource({ featureId, direction, subject }: Addressed): Path {
  const box = [direction === "to" ? "inbox" : "outbox", "messages", subject];
  return featureId === undefined ? box : ["features", featureId, ...box];
}

/** Whether a message asks a thing for access to it, for which no permission is needed. */
export const isClaim = ({ featureId, direction, subject }: Addressed): boolean =>
  subject === "claim" && direction === "to" && featureId === undefined;
