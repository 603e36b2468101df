// What came of what a session asked a device, told to the session.

import type { AwaitedAcks } from "../../dispatch/acks/awaited.ts";
import { protocolForm } from "../../dispatch/acks/forms.ts";
import type { LiveOutcome } from "../../dispatch/live/live.ts";
import { printResponse } from "../../protocol/envelope.ts";
import { toldHeaders } from "../../protocol/headers.ts";
import { printLiveAnswer } from "../../protocol/print-live.ts";
import type { LiveCommand, Message } from "../../signals/live.ts";
import type { Command, DittoHeaders } from "../../signals/signal.ts";
import type { Answer, Handling } from "./handling.ts";
import { waiterOf } from "./waiter.ts";

/** Sends a live command or message, and keeps nothing of it while its answer is waited for. */
export function askDevice(said: LiveCommand | Message, awaited: AwaitedAcks, handling: Handling): Answer {
  const { parts, sender } = handling;
  const outcome = parts.live.send(said, awaited, waiterOf(said.id, handling), sender);
  return answered(outcome, said.id, toldHeaders(said.headers, "all"));
}

/** Asks the twin, which may send the question on to the device; the command is kept, as it is needed to print the twin's answer. */
export async function askTwinFirst(command: Command, awaited: AwaitedAcks, handling: Handling): Answer {
  const { parts, sender } = handling;
  const outcome = await parts.live.retrieveSmart(command, awaited, waiterOf(command.id, handling), sender);
  if (outcome.is === "twin") return printResponse(command, outcome.reply, awaited.shown);
  return printed(outcome, command.id, toldHeaders(command.headers, "all"));
}

async function answered(outcome: Promise<LiveOutcome>, id: string, carried: DittoHeaders): Answer {
  return printed(await outcome, id, carried);
}

function printed(outcome: LiveOutcome, id: string, carried: DittoHeaders): string | undefined {
  switch (outcome.is) {
    case "answer":
      return printLiveAnswer(outcome.answer);
    case "acks":
      return protocolForm({ kind: "thing", id }, outcome.acks, carried);
    case "accepted":
    case "twin": // which only a question to the twin comes to
      return undefined;
  }
}
