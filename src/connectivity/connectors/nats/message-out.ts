// Messages as NATS has them.

import { type MsgHdrs, MsgHdrsImpl } from "@nats-io/transport-node";
import type { ExternalHeaders } from "../../external-message.ts";
import type { Publication } from "../connector.ts";

/** A message that can be sent. */
export interface Wire {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly headers: MsgHdrs | undefined;
  readonly reply: string | undefined;
  /** Of headers and data, in bytes. */
  readonly size: number;
}

const EMPTY = new Uint8Array(0);
const NAME = /^[\x21-\x39\x3b-\x7e]+$/;
/** `NATS/1.0` and the ends of lines around the headers, and what is between a name, its value and the next. */
const FRAME = 12;
const BETWEEN = 4;

/** Throws where a header has a name that cannot be sent. */
export function wireOf({ address, message }: Publication): Wire {
  const data = message.payload?.bytes() ?? EMPTY;
  const { headers, length } = wireHeaders(message.headers);
  const reply = message.headers["nats.reply-to"];
  return { subject: address, data, headers, reply, size: data.length + length };
}

/** Headers `nats.…` are parts of the protocol, or of what was known of a message that came in. */
function wireHeaders(headers: ExternalHeaders): { headers: MsgHdrs | undefined; length: number } {
  const record: Record<string, string[]> = {};
  let length = 0;
  for (const [name, value] of Object.entries(headers)) {
    const key = name === "nats.msg-id" ? "Nats-Msg-Id" : name;
    if (key.startsWith("nats.")) continue;
    if (!NAME.test(key)) throw new Error(`NATS has no headers with the name '${key}'.`);
    const text = value.replaceAll(/[\r\n]+/g, " ");
    record[key] = [text];
    length += key.length + Buffer.byteLength(text) + BETWEEN;
  }
  if (length === 0) return { headers: undefined, length };
  return { headers: MsgHdrsImpl.fromRecord(record), length: FRAME + length };
}
