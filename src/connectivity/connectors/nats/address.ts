// Addresses of sources:
//   sensors.*.state            a subject of core NATS, or several by the wildcards * and >
//   stream:PLANT               all messages of a JetStream stream
//   stream:PLANT/sensors.>     those of these subjects
//   consumer:PLANT/pollux      what a durable pull consumer gives that its operator has made

import { holdsBlanks, problemOfFilter } from "./subjects.ts";

const MAX_NAME = 255;

export type SourceAddress = SubjectAddress | StreamAddress | ConsumerAddress;

export interface SubjectAddress {
  readonly kind: "subject";
  readonly subject: string;
}

export interface StreamAddress {
  readonly kind: "stream";
  readonly stream: string;
  readonly filter: string | undefined;
}

export interface ConsumerAddress {
  readonly kind: "consumer";
  readonly stream: string;
  readonly consumer: string;
}

export function sourceAddress(address: string): SourceAddress {
  const [, kind, stream = "", slash, rest = ""] = /^(stream|consumer):([^/]*)(\/(.*))?$/s.exec(address) ?? [];
  if (kind === "stream") return { kind, stream, filter: slash === undefined ? undefined : rest };
  if (kind === "consumer") return { kind, stream, consumer: rest };
  return { kind: "subject", subject: address };
}

/** Why an address is none; undefined where it is one. */
export function problemOfAddress(text: string): string | undefined {
  const address = sourceAddress(text);
  if (address.kind === "subject") return problemOfFilter(address.subject);
  if (!isName(address.stream)) return `'${address.stream}' is no name of a stream.`;
  if (address.kind === "consumer")
    return isName(address.consumer)
      ? undefined
      : "After the stream it needs a slash and the name of a consumer.";
  return address.filter === undefined ? undefined : problemOfFilter(address.filter);
}

/** Whether a stream or a consumer may be called so. */
export const isName = (text: string): boolean =>
  text.length <= MAX_NAME && /^[^.*>/\\]+$/.test(text) && !holdsBlanks(text) && text.isWellFormed();
