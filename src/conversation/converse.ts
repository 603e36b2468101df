// One Ditto Protocol message, whatever it came by, and its answer.

import { TwinError } from "../base/errors.ts";
import { internalError } from "../base/internal-error.ts";
import { isObject, type JsonValue } from "../base/json/json.ts";
import { type Envelope, headersOf, printAnswer, readEnvelope } from "../protocol/envelope.ts";
import { PERMISSIONS_TOPIC, parseTopic } from "../protocol/topic.ts";
import { takeAck } from "./acknowledge.ts";
import { type Answer, done, refused, responded } from "./answer.ts";
import { answerCommand } from "./command.ts";
import { refuseExcess } from "./excess.ts";
import {
  type Answered,
  type Answering,
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
 * Handles one protocol message of so many characters. Never throws or rejects; refusals are answers. What it leads to is
 * begun before it returns. `onCommitted` is told when the command is committed and only acknowledgements are waited for; then
 * nothing of the message is kept but what its answer repeats. `excess` is the length of a value that was too long to come along;
 * then the message is only refused.
 */
export function converse(
  message: JsonValue,
  length: number,
  sender: Sender,
  parts: AnswerParts,
  onCommitted: () => void,
  excess?: number,
): Answered {
  const handling: Handling = {
    parts,
    sender,
    onCommitted,
    length,
    excess,
    headers: {},
    about: undefined,
    isTold: false,
  };
  try {
    const answer = respond(message, handling);
    return answer instanceof Promise ? guarded(answer, handling) : answer;
  } catch (error) {
    return refusal(error, handling);
  }
}

/** Keeps a promise company without the message that it is about. */
async function guarded(answer: Answering, handling: Handling): Answering {
  try {
    return await answer;
  } catch (error) {
    return refusal(error, handling);
  }
}

function refusal(error: unknown, { headers, about, isTold, parts }: Handling): Answer {
  if (!(error instanceof TwinError)) parts.onFault(error, correlationIdOf(headers));
  const told = error instanceof TwinError ? error : internalError();
  return refused(told, headers, about, isTold || !isSilent(headers));
}

/** Awaits nothing, since it would keep the message meanwhile. */
function respond(message: JsonValue, handling: Handling): Answered {
  const envelope = readEnvelope(message);
  handling.headers = envelope.headers;
  const topic = parseTopic(envelope.topic);
  // What is answered and acknowledged, others have asked for.
  if (envelope.status === undefined && topic.says !== "acknowledgement")
    handling.parts.rate?.(handling.sender.auth);
  if (handling.excess !== undefined) refuseExcess(handling.excess, topic, handling);
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
async function permissions(envelope: Envelope, handling: Handling): Answering {
  const { parts, sender } = handling;
  handling.isTold = true;
  const headers = headersOf(envelope, parts.maxHeaderBytes);
  handling.headers = headers;
  handling.isTold = false;
  const checks = isObject(envelope.value) ? envelope.value : {}; // what is no object checks nothing
  const verdicts = await parts.checkPermissions(checks, sender.auth);
  if (isSilent(headers)) return done;
  return responded(200, () => printAnswer(PERMISSIONS_TOPIC, headers, undefined, JSON.stringify(verdicts)));
}
