// A command of a session on one entity, and its answer.

import { type Ack, twinPersisted } from "../../dispatch/acks/ack.ts";
import { type AwaitedAcks, awaitedOverWebSocket, awaitsOthers } from "../../dispatch/acks/awaited.ts";
import { awaitedLiveOverWebSocket } from "../../dispatch/acks/awaited-live.ts";
import { withCorrelationId } from "../../dispatch/acks/conflict-free.ts";
import { protocolForm } from "../../dispatch/acks/forms.ts";
import { acksOf, responseOf } from "../../dispatch/acks/outcome.ts";
import { isSmart } from "../../dispatch/live/smart.ts";
import { commandOf, type Envelope, headersOf, printResponse } from "../../protocol/envelope.ts";
import { toldHeaders } from "../../protocol/headers.ts";
import { type CommandTopic, liveCommandTopic } from "../../protocol/topic.ts";
import type { Reply } from "../../signals/reply.ts";
import type { Command, DittoHeaders } from "../../signals/signal.ts";
import { withClaims } from "../auth/claims-as-headers.ts";
import { checkAccess } from "./access.ts";
import { type Answer, correlationIdOf, type Handling } from "./handling.ts";
import { refuseUnknown } from "./known-resource.ts";
import { takeLiveWith } from "./live.ts";
import { askTwinFirst } from "./live-asked.ts";
import { waiterOf } from "./waiter.ts";

/** Handles a command. Awaits nothing, since it would keep the message meanwhile. */
export async function answerCommand(
  envelope: Envelope,
  topic: CommandTopic & { readonly id: string },
  handling: Handling,
): Answer {
  const { parts, sender } = handling;
  const { kind, id } = topic;
  handling.about = { kind, id, auth: sender.auth };
  handling.isTold = true;
  const headers = withClaims(headersOf(envelope, parts.maxHeaderBytes), sender.auth, parts.maxHeaderBytes);
  handling.isTold = false;
  if (kind === "thing" && headers.channel === "live")
    return takeLiveWith(headers, envelope, liveCommandTopic(topic, envelope.topic), handling);
  const command = commandOf(envelope, topic, headers, sender.auth);
  refuseUnknown(command, envelope, handling);
  handling.headers = headers;
  checkAccess(kind, id, handling);
  handling.isTold = true;
  const mayAskDevice = isSmart(command);
  const awaited = mayAskDevice
    ? awaitedLiveOverWebSocket({ says: "live-command", headers })
    : awaitedOverWebSocket(command);
  handling.isTold = false;
  if (mayAskDevice) return askTwinFirst(command, awaited, handling);
  if (awaitsOthers(awaited)) return acknowledged(command, awaited, handling);
  return awaited.responseRequired ? responded(command, awaited, handling) : silent(command, handling);
}

async function silent(command: Command, { parts, sender }: Handling): Answer {
  await parts.dispatch(command, sender);
  return undefined;
}

/** Dispatches a command and prints its response. */
async function responded(command: Command, awaited: AwaitedAcks, { parts, sender }: Handling): Answer {
  const onFault = (error: unknown) => parts.onFault(error, correlationIdOf(command.headers));
  const run = () => parts.dispatch(command, sender);
  const reply = await responseOf(awaited, run, parts.waiting, onFault);
  return reply === "accepted" ? undefined : printResponse(command, reply, awaited.shown);
}

/** Dispatches a command and prints the acknowledgements that were requested. */
function acknowledged(command: Command, awaited: AwaitedAcks, handling: Handling): Answer {
  const { parts, sender } = handling;
  const carried = toldHeaders(command.headers, "all");
  const run = (correlationId: string) => parts.dispatch(withCorrelationId(command, correlationId), sender);
  const ackOf = (reply: Reply) => twinPersisted(command, reply, carried);
  const acks = acksOf(awaited, run, ackOf, waiterOf(command.id, handling), parts.waiting);
  return printed(acks, { kind: command.kind, id: command.id }, carried);
}

async function printed(
  awaited: Promise<readonly Ack[] | "accepted">,
  about: Pick<Command, "kind" | "id">,
  carried: DittoHeaders,
): Answer {
  const acks = await awaited;
  return acks === "accepted" ? undefined : protocolForm(about, acks, carried);
}
