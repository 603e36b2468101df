// One Ditto Protocol message of a session and its answer.

import { TwinError } from "../../base/errors.ts";
import { isObject } from "../../base/json/json.ts";
import { parseJson } from "../../base/json/parse.ts";
import { type Envelope, headersOf, printAnswer, printError, readEnvelope } from "../../protocol/envelope.ts";
import { PERMISSIONS_TOPIC, parseTopic } from "../../protocol/topic.ts";
import { internalError } from "../http/errors.ts";
import { takeAck } from "./acknowledge.ts";
import { answerCommand } from "./command.ts";
import {
  type Answer,
  type Answered,
  type AnswerParts,
  correlationIdOf,
  type Handling,
  isSilent,
  type Sender,
} from "./handling.ts";
import { takeLive } from "./live.ts";
import { takeSearch } from "./search-message.ts";
import { severalThings } from "./several-things.ts";
import { takeStreaming } from "./streaming-message.ts";

/**
 * Handles one protocol message; gives the text of the response, if one is wanted. Never throws or rejects. `onCommitted` is
 * told when the command is committed and only acknowledgements are waited for; then nothing of the message is kept but what
 * its answer repeats.
 */
export function answerTo(
  text: string,
  sender: Sender,
  parts: AnswerParts,
  onCommitted: () => void,
): Answered {
  const handling: Handling = {
    parts,
    sender,
    onCommitted,
    length: text.length,
    headers: {},
    about: undefined,
    isTold: false,
  };
  try {
    const answer = respond(text, handling);
    return answer instanceof Promise ? guarded(answer, handling) : answer;
  } catch (error) {
    return refusal(error, handling);
  }
}

/** Keeps a promise company without the message that it is about. */
async function guarded(answer: Answer, handling: Handling): Answer {
  try {
    return await answer;
  } catch (error) {
    return refusal(error, handling);
  }
}

function refusal(error: unknown, { headers, about, isTold, parts }: Handling): string | undefined {
  if (!(error instanceof TwinError)) parts.onFault(error, correlationIdOf(headers));
  const told = error instanceof TwinError ? error : internalError();
  return !isTold && isSilent(headers) ? undefined : printError(told, headers, about);
}

/** Awaits nothing, since it would keep the message meanwhile. */
function respond(text: string, handling: Handling): Answered {
  const envelope = readEnvelope(parseJson(text));
  handling.headers = envelope.headers;
  const topic = parseTopic(envelope.topic);
  switch (topic.says) {
    case "acknowledgement":
      return takeAck(envelope, topic, handling);
    case "permissions":
      return permissions(envelope, handling);
    case "search":
      return takeSearch(envelope, topic, handling);
    case "streaming":
      return takeStreaming(envelope, topic, handling);
    case "live":
      return takeLive(envelope, topic, handling);
    case "command":
      return topic.id === undefined
        ? severalThings(envelope, topic.namespace, handling)
        : answerCommand(envelope, { ...topic, id: topic.id }, handling);
  }
}

/** Answers a check of permissions, which concerns no entity alone; who asked is not told, as in Ditto. */
async function permissions(envelope: Envelope, handling: Handling): Answer {
  const { parts, sender } = handling;
  handling.isTold = true;
  const headers = headersOf(envelope, parts.maxHeaderBytes);
  handling.headers = headers;
  handling.isTold = false;
  const checks = isObject(envelope.value) ? envelope.value : {}; // what is no object checks nothing
  const verdicts = await parts.checkPermissions(checks, sender.auth);
  if (isSilent(headers)) return undefined;
  return printAnswer(PERMISSIONS_TOPIC, headers, undefined, JSON.stringify(verdicts));
}
