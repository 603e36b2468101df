// One Ditto Protocol message of a session and its answer.

import { TwinError } from "../../base/errors.ts";
import { parseFields } from "../../base/json/fields.ts";
import { parseJson } from "../../base/json/parse.ts";
import { twinPersisted } from "../../dispatch/acks/ack.ts";
import { type AwaitedAcks, awaitedOverWebSocket } from "../../dispatch/acks/awaited.ts";
import { protocolForm } from "../../dispatch/acks/forms.ts";
import { outcomeOf, type Waiting } from "../../dispatch/acks/outcome.ts";
import type { Dispatch } from "../../dispatch/dispatcher.ts";
import type { EntityRules } from "../../dispatch/rules.ts";
import type { ThingList } from "../../dispatch/thing-list.ts";
import {
  commandOf,
  type Envelope,
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
import { internalError } from "../http/errors.ts";

export interface AnswerParts {
  readonly dispatch: Dispatch;
  readonly list: ThingList;
  readonly rules: Readonly<Record<EntityKind, EntityRules>>;
  readonly waiting: Pick<Waiting, "deadlines" | "refusalMs">;
  readonly onFault: (error: unknown, correlationId: string) => void;
}

/** What a refusal tells of the message it answers, as far as that is understood. */
interface Understood {
  headers: DittoHeaders;
  about: { readonly kind: EntityKind; readonly id: string; readonly auth: AuthContext } | undefined;
  /** Whether a refusal is told to who requires no response. */
  isTold: boolean;
}

/** Handles one protocol message; gives the text of the response, if one is wanted. Never rejects. */
export async function answerTo(
  text: string,
  auth: AuthContext,
  parts: AnswerParts,
  session: object,
): Promise<string | undefined> {
  const understood: Understood = { headers: {}, about: undefined, isTold: false };
  try {
    return await respond(text, auth, parts, session, understood);
  } catch (error) {
    const { headers, about, isTold } = understood;
    if (!(error instanceof TwinError)) parts.onFault(error, correlationIdOf(headers));
    const refusal = error instanceof TwinError ? error : internalError();
    return !isTold && isSilent(headers) ? undefined : printError(refusal, headers, about);
  }
}

async function respond(
  text: string,
  auth: AuthContext,
  parts: AnswerParts,
  session: object,
  understood: Understood,
): Promise<string | undefined> {
  const envelope = readEnvelope(parseJson(text));
  understood.headers = envelope.headers;
  const topic = parseCommandTopic(envelope.topic);
  const { kind, id, action } = topic;
  if (id === undefined) return severalThings(envelope, topic, auth, parts);
  understood.about = { kind, id, auth };
  const command = commandOf(envelope, { kind, id, action }, auth);
  const refusal = refusalOf(command, envelope, parts.rules[kind].resource(command.path));
  if (refusal) {
    // Ditto knows nothing of such a message, not even its correlation ID.
    Object.assign(understood, { headers: {}, about: undefined });
    throw refusal;
  }
  parts.rules[kind].checkPath(command.path);
  understood.isTold = true;
  const awaited = awaitedOverWebSocket(command);
  understood.isTold = false;
  if (awaited.responseRequired) return outcome(command, awaited, parts, session);
  await parts.dispatch(command, session);
  return undefined;
}

/** Dispatches a command and prints what its sender awaits. */
async function outcome(
  command: Command,
  awaited: AwaitedAcks,
  { dispatch, waiting, onFault }: AnswerParts,
  session: object,
): Promise<string | undefined> {
  const carried = () => toldHeaders(command.headers, "all");
  const correlationId = correlationIdOf(command.headers);
  const run = () => dispatch(command, session);
  const ackOf = (reply: Reply) => twinPersisted(command, reply, carried());
  const told = await outcomeOf(
    awaited,
    { correlationId, run, ackOf },
    { ...waiting, onFault: (error) => onFault(error, correlationId) },
  );
  if (told === "accepted") return undefined;
  if ("acks" in told) return protocolForm(command, told.acks, carried());
  return printResponse(command, told.reply, awaited.shown);
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
  { list }: AnswerParts,
): Promise<string | undefined> {
  const headers = parseHeaders(envelope.headers);
  const fields = envelope.fields === undefined ? undefined : parseFields(envelope.fields);
  const texts = await list.several(thingIdsOf(envelope, namespace), auth, headers, fields);
  return isSilent(headers) ? undefined : printThings(envelope, headers, auth, `[${texts.join(",")}]`);
}
