// A command of a session on one entity, and its answer.

import { type Ack, twinPersisted } from "../dispatch/acks/ack.ts";
import { type AwaitedAcks, awaitedInProtocol, awaitsOthers } from "../dispatch/acks/awaited.ts";
import { awaitedLiveInProtocol } from "../dispatch/acks/awaited-live.ts";
import { withCorrelationId } from "../dispatch/acks/conflict-free.ts";
import { acksOf, responseOf } from "../dispatch/acks/outcome.ts";
import { isSmart } from "../dispatch/live/smart.ts";
import { commandOf, type Envelope, headersOf, printResponse } from "../protocol/envelope.ts";
import { toldHeaders } from "../protocol/headers.ts";
import { type CommandTopic, liveCommandTopic } from "../protocol/topic.ts";
import type { Reply } from "../signals/reply.ts";
import type { Command, DittoHeaders } from "../signals/signal.ts";
import { checkAccess } from "./access.ts";
import { acknowledged, done, responded } from "./answer.ts";
import { withClaims } from "./claims-as-headers.ts";
import { type Answered, type Answering, correlationIdOf, type Handling, withResponse } from "./handling.ts";
import { refuseUnknown } from "./known-resource.ts";
import { takeLiveWith } from "./live.ts";
import { askTwinFirst } from "./live-asked.ts";
import { waiterOf } from "./waiter.ts";

/** Handles a command. Awaits nothing, since it would keep the message meanwhile. */
export function answerCommand(
  envelope: Envelope,
  topic: CommandTopic & { readonly id: string },
  handling: Handling,
): Answered {
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
    ? awaitedLiveInProtocol({ says: "live-command", headers }, sender.settlesByAcks)
    : awaitedInProtocol(command, sender.settlesByAcks);
  handling.isTold = false;
  if (mayAskDevice) return askTwinFirst(command, awaited, handling);
  if (awaitsOthers(awaited)) return acknowledge(command, awaited, handling);
  return awaited.responseRequired ? respond(command, awaited, handling) : silent(command, handling);
}

async function silent(command: Command, { parts, sender }: Handling): Answering {
  const { status } = await parts.dispatch(command, sender.origin);
  return { ...done, status };
}

/** Dispatches a command and tells its response. */
async function respond(command: Command, awaited: AwaitedAcks, { parts, sender }: Handling): Answering {
  const onFault = (error: unknown) => parts.onFault(error, correlationIdOf(command.headers));
  const run = () => parts.dispatch(command, sender.origin);
  const reply = await responseOf(awaited, run, parts.waiting, onFault);
  if (reply === "accepted") return done;
  return responded(reply.status, () => printResponse(command, reply, awaited.shown));
}

/** Dispatches a command and tells the acknowledgements that were requested. */
function acknowledge(command: Command, awaited: AwaitedAcks, handling: Handling): Answering {
  const { parts, sender } = handling;
  const carried = toldHeaders(command.headers, "all");
  const run = (correlationId: string) =>
    parts.dispatch(withCorrelationId(command, correlationId), sender.origin);
  const ackOf = (reply: Reply) => twinPersisted(command, reply, carried);
  const wanted = withResponse(awaited, sender.settlesByAcks);
  const acks = acksOf(wanted, run, ackOf, waiterOf(command.id, handling), parts.waiting);
  return told(acks, { kind: command.kind, id: command.id }, carried, awaited.responseRequired);
}

async function told(
  awaited: Promise<readonly Ack[] | "accepted">,
  about: Pick<Command, "kind" | "id">,
  carried: DittoHeaders,
  isWanted: boolean,
): Answering {
  const acks = await awaited;
  return acks === "accepted" ? done : acknowledged(about, acks, carried, isWanted);
}
