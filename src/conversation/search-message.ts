// What a session says of its searches.

import { type Envelope, headersOf } from "../protocol/envelope.ts";
import { readSearchCommand } from "../protocol/search.ts";
import type { SearchTopic } from "../protocol/topic.ts";
import { withClaims } from "./claims-as-headers.ts";
import type { Answering, Handling } from "./handling.ts";

/**
 * Takes a message for a search. What comes of it is sent by the searches of the session, whether or not a response is
 * required, as in Ditto; only a malformed message is answered.
 */
export async function takeSearch(
  envelope: Envelope,
  { action, id }: SearchTopic,
  handling: Handling,
): Answering {
  const { sender, parts, length } = handling;
  const { auth, reach } = sender;
  handling.isTold = true;
  if (id !== undefined) handling.about = { kind: "thing", id };
  const headers = withClaims(headersOf(envelope, parts.maxHeaderBytes), auth, parts.maxHeaderBytes);
  sender.searches.take(readSearchCommand(envelope, action), { auth, reach, headers, length });
  return undefined;
}
