// Messages of NATS as others know them.

import type { Msg } from "@nats-io/transport-node";
import { putKey } from "../../../base/json/json.ts";
import { bytesPayload, type ExternalPayload } from "../../external-message.ts";
import type { Delivery } from "./delivery.ts";

type Headers = Record<string, string>;

/**
 * The headers of a message: lower-case, several values joined by commas, with what NATS knows of it. Throws where they are none:
 * servers do not look at them.
 */
export function headersOf(msg: Msg): Headers {
  const headers: Headers = {};
  for (const [name, values] of msg.headers ?? []) {
    const key = name.toLowerCase();
    if (key.startsWith("nats.")) continue;
    const text = values.length === 1 ? values[0]! : values.join(",");
    putKey(headers, key, Object.hasOwn(headers, key) ? `${headers[key]},${text}` : text);
  }
  headers["nats.subject"] = msg.subject;
  return headers;
}

/** Adds where an answer is expected, if it is. */
export function addReply(headers: Headers, reply: string | undefined): void {
  if (reply === undefined || reply === "") return;
  headers["nats.reply-to"] = reply;
  headers["reply-to"] = reply;
}

/** Adds where in its stream the message is. */
export function addDelivery(headers: Headers, { stream, sequence, timestamp, count }: Delivery): void {
  headers["nats.stream"] = stream;
  headers["nats.sequence"] = sequence;
  headers["nats.timestamp"] = new Date(timestamp).toISOString();
  headers["nats.redelivered"] = count > 1 ? "true" : "false";
}

export function payloadOf({ data }: Msg): ExternalPayload | undefined {
  return data.length === 0 ? undefined : bytesPayload(Buffer.from(data.buffer, data.byteOffset, data.length));
}
