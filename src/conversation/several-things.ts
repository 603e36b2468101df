import { parseFields } from "../base/json/fields.ts";
import { type Envelope, printAnswer, thingIdsOf } from "../protocol/envelope.ts";
import { unsupportedSignal } from "../protocol/errors.ts";
import { parseHeaders } from "../protocol/headers.ts";
import { checkAccessToThings } from "./access.ts";
import { done, responded } from "./answer.ts";
import { type Answering, type Handling, isSilent } from "./handling.ts";

/** Answers the retrieve of several things, all of the topic's namespace if it names one. */
export async function severalThings(
  envelope: Envelope,
  namespace: string | undefined,
  handling: Handling,
): Answering {
  const { list, maxHeaderBytes } = handling.parts;
  const { auth } = handling.sender;
  const headers = parseHeaders(envelope.headers, maxHeaderBytes);
  if (headers.channel === "live") throw unsupportedSignal(envelope.topic);
  const fields = envelope.fields === undefined ? undefined : parseFields(envelope.fields);
  const ids = thingIdsOf(envelope, namespace);
  checkAccessToThings(ids, handling);
  const texts = await list.several(ids, auth, headers, fields);
  if (isSilent(headers)) return done;
  return responded(200, () => printAnswer(envelope.topic, headers, auth, `[${texts.join(",")}]`));
}
