// A command of a session on one entity, and its answer.

import { type Ack, twinPersisted } from "../../dispatch/acks/ack.ts";
import type { Waiter } from "../../dispatch/acks/ack-wait.ts";
import { type AwaitedAcks, awaitedOverWebSocket, awaitsOthers } from "../../dispatch/acks/awaited.ts";
import { protocolForm } from "../../dispatch/acks/forms.ts";
import { acksOf, responseOf } from "../../dispatch/acks/outcome.ts";
import { commandOf, type Envelope, headersOf, printResponse } from "../../protocol/envelope.ts";
import { unknownPath, unknownTopicPath } from "../../protocol/errors.ts";
import { toldHeaders } from "../../protocol/headers.ts";
import type { CommandTopic } from "../../protocol/topic.ts";
import type { Reply } from "../../signals/reply.ts";
import type { Method, Resource } from "../../signals/resource.ts";
import type { Command, CommandAction, DittoHeaders } from "../../signals/signal.ts";
import { withClaims } from "../auth/claims-as-headers.ts";
import { whenGone } from "../gone.ts";
import { checkAccess } from "./access.ts";
import { type Answer, correlationIdOf, type Handling } from "./handling.ts";

/** Handles a command. Awaits nothing, since it would keep the message meanwhile. */
export async function answerCommand(
  envelope: Envelope,
  topic: Pick<CommandTopic, "kind" | "action"> & { readonly id: string },
  handling: Handling,
): Answer {
  const { parts, sender } = handling;
  const { kind, id } = topic;
  handling.about = { kind, id, auth: sender.auth };
  handling.isTold = true;
  const headers = withClaims(headersOf(envelope, parts.maxHeaderBytes), sender.auth, parts.maxHeaderBytes);
  handling.isTold = false;
  const command = commandOf(envelope, topic, headers, sender.auth);
  refuseUnknown(command, envelope, handling);
  handling.headers = headers;
  checkAccess(kind, id, handling);
  handling.isTold = true;
  const awaited = awaitedOverWebSocket(command);
  handling.isTold = false;
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
  const run = () => parts.dispatch(command, sender);
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

function waiterOf(id: string, { parts, sender, onCommitted, length, headers }: Handling): Waiter {
  const correlationId = correlationIdOf(headers);
  return {
    id,
    subject: sender.auth.subjects[0] as string,
    correlationId,
    characters: length,
    onGone: (callback) => whenGone(sender.connection, callback),
    onCommitted,
    onFault: (error) => parts.onFault(error, correlationId),
  };
}

const methods: Readonly<Record<CommandAction, Method>> = {
  create: "PUT",
  modify: "PUT",
  merge: "PATCH",
  delete: "DELETE",
  retrieve: "GET",
};

/** Refuses what is no command: what may be done to a resource is the same on both doors; only a whole is created. */
function refuseUnknown({ kind, id, action, path }: Command, envelope: Envelope, handling: Handling): void {
  const rules = handling.parts.rules[kind];
  const resource: Resource | undefined = rules.resource(path);
  if (!resource) {
    // Ditto knows nothing of such a message, not even its correlation ID.
    Object.assign(handling, { headers: {}, about: undefined });
    throw unknownPath(envelope.path);
  }
  if (!resource.methods.includes(methods[action]) || (action === "create" && path.length > 0)) {
    Object.assign(handling, { about: { kind: "thing", id }, isTold: true }); // whatever the kind, as in Ditto
    throw unknownTopicPath(envelope.topic);
  }
  rules.checkPath(path);
}
