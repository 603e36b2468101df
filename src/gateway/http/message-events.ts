// Messages to and from a thing or a feature as server-sent events, whose names are the subjects (httpapi-sse page).

import { namespaceOf } from "../../base/ids.ts";
import { accessibleNamespaces } from "../../conversation/access.ts";
import { addressOfBox, type Box } from "../../pubsub/addresses.ts";
import type { Subscriber } from "../../pubsub/delivery.ts";
import { selectionOf } from "../../pubsub/select.ts";
import type { Message, Payload } from "../../signals/live.ts";
import { namedEventText } from "../sse/event.ts";
import { type EventBytes, eventBytes } from "../sse/event-bytes.ts";
import type { PushedStream } from "../sse/pushed.ts";
import { notFoundAnswer } from "./answers.ts";
import type { HttpRequest } from "./entity-requests.ts";
import { type BoxPath, subjectOf } from "./message-path.ts";
import { checkedId, listenerOf, type ThingEventParts } from "./thing-events.ts";
import { decodeSegment } from "./uri.ts";

/** Streams the messages of a box that the caller may read, of all subjects or of one. */
export async function messageEvents(
  { pubsub, pushed }: ThingEventParts,
  request: HttpRequest,
  path: BoxPath,
): Promise<Response> {
  const box = boxOf(path);
  if (!box) return notFoundAnswer();
  const { auth, reach } = request;
  if (!accessibleNamespaces(reach)(namespaceOf(box.id)))
    return pushed.open(listenerOf(request), () => () => undefined);
  const selection = selectionOf({ about: [addressOfBox(box)] });
  const wish = { stream: "MESSAGES", subjects: auth.subjects, selection } as const;
  await pubsub.announced(wish);
  return pushed.open(listenerOf(request), (stream) =>
    pubsub.subscribe({ ...wish, subscriber: subscriberOf(stream) }),
  );
}

/** The box of a path; `undefined` where its escapes are malformed. */
function boxOf(path: BoxPath): Box | undefined {
  const id = checkedId(decodeSegment(path.rawId) ?? path.rawId);
  const featureId = path.rawFeatureId === undefined ? undefined : decodeSegment(path.rawFeatureId);
  const isFaulty = path.rawFeatureId !== undefined && featureId === undefined;
  const subject = path.rest === "/messages" ? "" : subjectOf(path);
  if (isFaulty || subject === undefined) return undefined;
  return {
    ...{ id, direction: path.direction },
    ...(subject !== "" && { subject }),
    ...(featureId !== undefined && { featureId }),
  };
}

function subscriberOf(stream: PushedStream): Subscriber {
  return {
    deliver({ signal }) {
      if ("says" in signal && signal.says === "message") stream.send(textOf(signal));
    },
  };
}

/** The texts of messages that several streams show. */
const texts = new WeakMap<Message, EventBytes>();

function textOf(message: Message): EventBytes {
  let text = texts.get(message);
  if (!text) {
    const { payload, subject } = message;
    text = eventBytes(namedEventText(payload ? dataOf(payload) : "", subject));
    texts.set(message, text);
  }
  return text;
}

/** Bytes are taken for UTF-8, as Ditto takes them. */
function dataOf(payload: Payload): string {
  switch (payload.is) {
    case "json":
      return JSON.stringify(payload.value);
    case "text":
      return payload.text;
    case "bytes":
      return Buffer.from(payload.bytes).toString();
  }
}
