// One Ditto Protocol message of a session and its answer.

import type { Duplex } from "node:stream";
import { TwinError } from "../../base/errors.ts";
import { parseFields } from "../../base/json/fields.ts";
import { parseJson } from "../../base/json/parse.ts";
import { type Ack, twinPersisted } from "../../dispatch/acks/ack.ts";
import type { Waiter } from "../../dispatch/acks/ack-wait.ts";
import { type AwaitedAcks, awaitedOverWebSocket, awaitsOthers } from "../../dispatch/acks/awaited.ts";
import { protocolForm } from "../../dispatch/acks/forms.ts";
import { acksOf, responseOf, type Waiting } from "../../dispatch/acks/outcome.ts";
import type { Dispatch } from "../../dispatch/dispatcher.ts";
import type { EntityRules } from "../../dispatch/rules.ts";
import type { ThingList } from "../../dispatch/thing-list.ts";
import {
  commandOf,
  type Envelope,
  headersOf,
  printError,
  printResponse,
  printThings,
  readEnvelope,
  thingIdsOf,
} from "../../protocol/envelope.ts";
import { unknownPath, unknownTopicPath } from "../../protocol/errors.ts";
import { parseHeaders, toldHeaders } from "../../protocol/headers.ts";
import { type CommandTopic, parseCommandTopic } from "../../protocol/topic.ts";
import type { Reply } from "../../signals/reply.ts";
import type { Method, Resource } from "../../signals/resource.ts";
import type { AuthContext, Command, CommandAction, DittoHeaders, EntityKind } from "../../signals/signal.ts";
import { whenGone } from "../gone.ts";
import { internalError } from "../http/errors.ts";

export interface AnswerParts {
  readonly dispatch: Dispatch;
  readonly list: ThingList;
  readonly rules: Readonly<Record<EntityKind, EntityRules>>;
  readonly waiting: Waiting;
  /** How many characters the headers of a message may have, names and values together. */
  readonly maxHeaderBytes: number;
  readonly onFault: (error: unknown, correlationId: string) => void;
}

/** Who sent a message, and over which connection; the origin of what the message causes. */
export interface Sender {
  readonly auth: AuthContext;
  readonly connection: Duplex;
}

/** What is known of a message that is being handled, and what for; it is kept until the message is answered. */
interface Handling {
  readonly parts: AnswerParts;
  readonly sender: Sender;
  readonly onCommitted: () => void;
  /** The length of the message. */
  readonly length: number;
  headers: DittoHeaders;
  about: { readonly kind: EntityKind; readonly id: string; readonly auth: AuthContext } | undefined;
  /** Whether a refusal is told to who requires no response. */
  isTold: boolean;
}

type Answer = Promise<string | undefined>;

/**
 * Handles one protocol message; gives the text of the response, if one is wanted. Never rejects. `onCommitted` is told
 * when the command is committed and only acknowledgements are waited for; then nothing of the message is kept but what
 * its answer repeats.
 */
export function answerTo(text: string, sender: Sender, parts: AnswerParts, onCommitted: () => void): Answer {
  const handling: Handling = {
    parts,
    sender,
    onCommitted,
    length: text.length,
    headers: {},
    about: undefined,
    isTold: false,
  };
  return guarded(respond(text, handling), handling);
}

/** Keeps a promise company without the message that it is about. */
async function guarded(answer: Answer, handling: Handling): Answer {
  try {
    return await answer;
  } catch (error) {
    const { headers, about, isTold, parts } = handling;
    if (!(error instanceof TwinError)) parts.onFault(error, correlationIdOf(headers));
    const refusal = error instanceof TwinError ? error : internalError();
    return !isTold && isSilent(headers) ? undefined : printError(refusal, headers, about);
  }
}

/** Awaits nothing, since it would keep the message meanwhile. */
async function respond(text: string, handling: Handling): Answer {
  const { parts, sender } = handling;
  const envelope = readEnvelope(parseJson(text));
  handling.headers = envelope.headers;
  const topic = parseCommandTopic(envelope.topic);
  const { kind, id, action } = topic;
  if (id === undefined) return severalThings(envelope, topic, sender.auth, parts);
  handling.about = { kind, id, auth: sender.auth };
  handling.isTold = true;
  const headers = headersOf(envelope, parts.maxHeaderBytes);
  handling.isTold = false;
  const command = commandOf(envelope, { kind, id, action }, headers, sender.auth);
  const refusal = refusalOf(command, envelope, parts.rules[kind].resource(command.path));
  if (refusal) {
    // Ditto knows nothing of such a message, not even its correlation ID.
    Object.assign(handling, { headers: {}, about: undefined });
    throw refusal;
  }
  parts.rules[kind].checkPath(command.path);
  handling.headers = headers;
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
  const acks = acksOf(awaited, run, ackOf, waiterOf(handling), parts.waiting);
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

function waiterOf({ parts, sender, onCommitted, length, headers }: Handling): Waiter {
  const correlationId = correlationIdOf(headers);
  return {
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

/** Why there is no such command: what may be done to a resource is the same on both doors; only a whole is created. */
function refusalOf({ action, path }: Command, envelope: Envelope, resource: Resource | undefined) {
  if (!resource) return unknownPath(envelope.path);
  const exists = resource.methods.includes(methods[action]) && (action !== "create" || path.length === 0);
  return exists ? undefined : unknownTopicPath(envelope.topic);
}

// Headers are looked at here before they are checked, or although they were refused: they may be anything.
const isSilent = ({ "response-required": required }: DittoHeaders): boolean =>
  required === false || required === "false";
const correlationIdOf = ({ "correlation-id": id }: DittoHeaders): string =>
  typeof id === "string" ? id : "unknown";

async function severalThings(
  envelope: Envelope,
  { namespace }: CommandTopic,
  auth: AuthContext,
  { list, maxHeaderBytes }: AnswerParts,
): Answer {
  const headers = parseHeaders(envelope.headers, maxHeaderBytes);
  const fields = envelope.fields === undefined ? undefined : parseFields(envelope.fields);
  const texts = await list.several(thingIdsOf(envelope, namespace), auth, headers, fields);
  return isSilent(headers) ? undefined : printThings(envelope, headers, auth, `[${texts.join(",")}]`);
}
