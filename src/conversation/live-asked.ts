// What came of what a session asked a device, told to the session.

import type { AwaitedAcks } from "../dispatch/acks/awaited.ts";
import type { LiveOutcome } from "../dispatch/live/live.ts";
import { printResponse } from "../protocol/envelope.ts";
import { toldHeaders } from "../protocol/headers.ts";
import type { LiveCommand, Message } from "../signals/live.ts";
import type { Command, DittoHeaders } from "../signals/signal.ts";
import { type Answer, acknowledged, answeredLive, done, responded } from "./answer.ts";
import { type Answering, type Handling, withResponse } from "./handling.ts";
import { waiterOf } from "./waiter.ts";

/** Sends a live command or message, and keeps nothing of it while its answer is waited for. */
export function askDevice(said: LiveCommand | Message, awaited: AwaitedAcks, handling: Handling): Answering {
  const { parts, sender } = handling;
  const asked = withResponse(awaited, sender.settlesByAcks);
  const outcome = parts.live.send(said, asked, waiterOf(said.id, handling), sender.origin);
  return answered(outcome, said.id, toldHeaders(said.headers, "all"), awaited.responseRequired);
}

/** Asks the twin, which may send the question on to the device; the command is kept, as it is needed to print the twin's answer. */
export async function askTwinFirst(command: Command, awaited: AwaitedAcks, handling: Handling): Answering {
  const { parts, sender } = handling;
  const asked = withResponse(awaited, sender.settlesByAcks);
  const waiter = waiterOf(command.id, handling);
  const outcome = await parts.live.retrieveSmart(command, asked, waiter, sender.origin);
  if (outcome.is !== "twin")
    return answerOf(outcome, command.id, toldHeaders(command.headers, "all"), awaited.responseRequired);
  const { reply } = outcome;
  return responded(reply.status, () => printResponse(command, reply, awaited.shown));
}

async function answered(
  outcome: Promise<LiveOutcome>,
  id: string,
  carried: DittoHeaders,
  isWanted: boolean,
): Answering {
  return answerOf(await outcome, id, carried, isWanted);
}

function answerOf(outcome: LiveOutcome, id: string, carried: DittoHeaders, isWanted: boolean): Answer {
  switch (outcome.is) {
    case "answer":
      return answeredLive(outcome.answer);
    case "acks":
      return acknowledged({ kind: "thing", id }, outcome.acks, carried, isWanted);
    case "accepted":
    case "twin": // which only a question to the twin comes to
      return done;
  }
}
