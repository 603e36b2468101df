// One Ditto Protocol message of a session and its answer.

import { TwinError } from "../../base/errors.ts";
import { parseFields } from "../../base/json/fields.ts";
import { parseJson } from "../../base/json/parse.ts";
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
import { unknownPath } from "../../protocol/errors.ts";
import { parseHeaders } from "../../protocol/headers.ts";
import { parseCommandTopic } from "../../protocol/topic.ts";
import type { Method, Resource } from "../../signals/resource.ts";
import type { AuthContext, Command, CommandAction, DittoHeaders, EntityKind } from "../../signals/signal.ts";
import { internalError } from "../http/errors.ts";

export interface AnswerParts {
  readonly dispatch: Dispatch;
  readonly list: ThingList;
  readonly rules: Readonly<Record<EntityKind, EntityRules>>;
  readonly onFault: (error: unknown, correlationId: string) => void;
}

/** Handles one protocol message; gives the text of the response, if one is wanted. Never rejects. */
export async function answerTo(
  text: string,
  auth: AuthContext,
  parts: AnswerParts,
  session: object,
): Promise<string | undefined> {
  let headers: DittoHeaders = {};
  let about: { kind: EntityKind; id: string; auth: AuthContext } | undefined;
  try {
    const envelope = readEnvelope(parseJson(text));
    headers = envelope.headers;
    const { kind, id, action } = parseCommandTopic(envelope.topic);
    if (id === undefined) return await severalThings(envelope, auth, parts);
    about = { kind, id, auth };
    const command = commandOf(envelope, { kind, id, action }, auth);
    const rules = parts.rules[kind];
    if (!allows(rules.resource(command.path), command)) {
      [about, headers] = [undefined, {}]; // Ditto knows nothing of such a message, not even its correlation ID
      throw unknownPath(envelope.path);
    }
    rules.checkPath(command.path);
    const reply = await parts.dispatch(command, session);
    return isSilent(headers) ? undefined : printResponse(command, reply);
  } catch (error) {
    if (!(error instanceof TwinError)) parts.onFault(error, correlationIdOf(headers));
    const refusal = error instanceof TwinError ? error : internalError();
    return isSilent(headers) ? undefined : printError(refusal, headers, about);
  }
}

const methods: Readonly<Record<CommandAction, Method>> = {
  create: "PUT",
  modify: "PUT",
  merge: "PATCH",
  delete: "DELETE",
  retrieve: "GET",
};

/** What may be done to a resource is the same on both doors; only a whole entity can be created. */
const allows = (resource: Resource | undefined, { action, path }: Command): boolean =>
  resource?.methods.includes(methods[action]) === true && (action !== "create" || path.length === 0);

// Headers are looked at here before they are checked, or although they were refused: they may be anything.
const isSilent = ({ "response-required": required }: DittoHeaders): boolean =>
  required === false || required === "false";
const correlationIdOf = ({ "correlation-id": id }: DittoHeaders): string =>
  typeof id === "string" ? id : "unknown";

async function severalThings(
  envelope: Envelope,
  auth: AuthContext,
  { list }: AnswerParts,
): Promise<string | undefined> {
  const headers = parseHeaders(envelope.headers);
  const fields = envelope.fields === undefined ? undefined : parseFields(envelope.fields);
  const texts = await list.several(thingIdsOf(envelope), auth, fields);
  return isSilent(headers) ? undefined : printThings(envelope, headers, auth, `[${texts.join(",")}]`);
}
