// What a session says of its streams of past events.

import { type Envelope, headersOf } from "../protocol/envelope.ts";
import { readStreamingCommand } from "../protocol/streaming.ts";
import type { StreamingTopic } from "../protocol/topic.ts";
import { checkAccess } from "./access.ts";
import { withClaims } from "./claims-as-headers.ts";
import type { Answering, Handling } from "./handling.ts";

/**
 * Takes a message for a stream of past events. What comes of it is sent by the streams of the session, whether or not a
 * response is required, as in Ditto; only a malformed message is answered, and one of a namespace out of reach.
 */
export async function takeStreaming(
  envelope: Envelope,
  topic: StreamingTopic,
  handling: Handling,
): Answering {
  const { sender, parts, length } = handling;
  const { auth, reach } = sender;
  const { kind, id } = topic;
  handling.isTold = true;
  handling.about = { kind, id };
  const headers = withClaims(headersOf(envelope, parts.maxHeaderBytes), auth, parts.maxHeaderBytes);
  const command = readStreamingCommand(envelope, topic);
  handling.headers = headers;
  handling.isTold = false;
  checkAccess(kind, id, handling);
  sender.streams.take(command, { kind, id }, { auth, reach, headers, length });
  return undefined;
}
