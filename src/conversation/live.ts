// What a session says on the live channel: commands, events, messages, and answers to those of others.

import { awaitedLiveInProtocol } from "../dispatch/acks/awaited-live.ts";
import { messageTooLarge } from "../dispatch/live/errors.ts";
import { isSmart } from "../dispatch/live/smart.ts";
import { checkAnswerStatus } from "../protocol/answer-status.ts";
import { type Envelope, headersOf } from "../protocol/envelope.ts";
import { liveOf } from "../protocol/live.ts";
import { bodyOfPayload } from "../protocol/payload.ts";
import type { LiveTopic } from "../protocol/topic.ts";
import type { LiveCommand, LiveEvent, Message, MessageResponse } from "../signals/live.ts";
import type { DittoHeaders } from "../signals/signal.ts";
import { checkAccess } from "./access.ts";
import { done } from "./answer.ts";
import { withClaims } from "./claims-as-headers.ts";
import { type Answered, type Answering, correlationIdOf, type Handling } from "./handling.ts";
import { refuseUnknown, resourceAt } from "./known-resource.ts";
import { askDevice, askTwinFirst } from "./live-asked.ts";
import { waiterOf } from "./waiter.ts";

/** Handles what is said on the live channel. Awaits nothing, since it would keep the message meanwhile. */
export function takeLive(envelope: Envelope, topic: LiveTopic, handling: Handling): Answered {
  const { parts, sender } = handling;
  handling.about = { kind: "thing", id: topic.id, channel: "live" };
  handling.isTold = true;
  const headers = withClaims(headersOf(envelope, parts.maxHeaderBytes), sender.auth, parts.maxHeaderBytes);
  return takeLiveWith(headers, envelope, topic, handling);
}

/** The same where the headers are checked already. */
export function takeLiveWith(
  headers: DittoHeaders,
  envelope: Envelope,
  topic: LiveTopic,
  handling: Handling,
): Answered {
  const { parts, sender } = handling;
  const about = { kind: "thing", id: topic.id, channel: "live" } as const;
  handling.about = about;
  handling.headers = headers;
  handling.isTold = true;
  const said = liveOf(envelope, topic, headers, sender.auth);
  if (said.says === "live-command") refuseUnknown(said, envelope, handling);
  else if ("path" in said) resourceAt("thing", said.path, envelope, handling);
  handling.about = { ...about, auth: sender.auth };
  handling.isTold = false;
  if (said.says === "message" || said.says === "message-response") checkSize(said, handling);
  switch (said.says) {
    case "live-command":
    case "message":
      return ask(said, handling);
    case "live-event":
      return tell(said, handling);
    case "live-response":
    case "message-response":
    case "live-error":
      if (said.says === "live-response") checkAnswerStatus(said);
      handling.headers = { ...headers, "response-required": false }; // whatever comes of it, nobody is told
      checkAccess("thing", said.id, handling);
      parts.live.answer(said);
      return done;
  }
}

/** Its bytes are only counted where the message as a whole may have more than a payload may: a character has at most three. */
function checkSize({ payload }: Message | MessageResponse, { parts, length }: Handling): void {
  if (!payload || 3 * length <= parts.maxMessageBytes) return;
  const size = Buffer.byteLength(bodyOfPayload(payload));
  if (size > parts.maxMessageBytes) throw messageTooLarge(size, parts.maxMessageBytes);
}

function ask(said: LiveCommand | Message, handling: Handling): Answering {
  checkAccess("thing", said.id, handling);
  handling.isTold = true;
  const awaited = awaitedLiveInProtocol(said, handling.sender.settlesByAcks);
  handling.isTold = false;
  return said.says === "live-command" && isSmart(said)
    ? askTwinFirst(said, awaited, handling)
    : askDevice(said, awaited, handling);
}

/** Whatever comes of a well-formed event, its sender is not told. */
async function tell(event: LiveEvent, handling: Handling): Answering {
  const { parts, sender } = handling;
  handling.isTold = true;
  const awaited = awaitedLiveInProtocol(event, sender.settlesByAcks);
  handling.isTold = false;
  handling.headers = { "correlation-id": correlationIdOf(event.headers), "response-required": false };
  checkAccess("thing", event.id, handling);
  await parts.live.send(event, awaited, waiterOf(event.id, handling), sender.origin);
  return done;
}
