// The readers of all addresses of a connection.

import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import type { Connection, Source } from "../../model.ts";
import { sourceAddress } from "./address.ts";
import { lookAt, openDurable } from "./durable.ts";
import type { Inbox } from "./inbox.ts";
import { consumerName, type NatsOptions, qosOf } from "./options.ts";
import type { Reader, ReaderEvents } from "./reader.ts";
import type { NatsSettings } from "./settings.ts";
import { StreamReader } from "./stream-reader.ts";
import { SubjectReader } from "./subject-reader.ts";

export interface ReadersParts {
  readonly link: NatsConnection;
  readonly connection: Connection;
  readonly options: NatsOptions;
  readonly settings: NatsSettings;
  readonly inbox: Inbox;
  /** Whether it is only to be seen if they can be read: nothing is taken, and nothing left. */
  readonly isTest: boolean;
  eventsOf(address: string): ReaderEvents;
}

/** An address of a source. */
export interface Where {
  readonly address: string;
  readonly source: Source;
  /** Of the source. */
  readonly index: number;
  /** Of the address within it. */
  readonly at: number;
}

/** All addresses, in their order. */
export const addressesOf = ({ sources }: Connection): readonly Where[] =>
  sources.flatMap((source, index) => source.addresses.map((address, at) => ({ address, source, index, at })));

/** Gives what opens the reader of an address; that of a stream in a test has only looked at it, and gives none. */
export async function readersOf(parts: ReadersParts): Promise<(where: Where) => Promise<Reader | undefined>> {
  const { link, connection, options } = parts;
  const isOnStream = addressesOf(connection).some(({ address }) => sourceAddress(address).kind !== "subject");
  const domain = options.jetstreamDomain;
  const jsm = isOnStream
    ? await jetstreamManager(link, { checkAPI: false, ...(domain === undefined ? {} : { domain }) })
    : undefined;
  return async (where) => {
    const reader = await readerOf(parts, jsm, where);
    await reader?.prepare();
    return reader;
  };
}

async function readerOf(
  parts: ReadersParts,
  jsm: JetStreamManager | undefined,
  { address, source, index, at }: Where,
): Promise<Reader | undefined> {
  const { link, inbox, options, settings, isTest } = parts;
  const common = { link, inbox, source: index, address, events: parts.eventsOf(address) };
  const parsed = sourceAddress(address);
  if (parsed.kind === "subject" || !jsm) {
    const queueGroup = isTest ? undefined : options.queueGroup;
    return new SubjectReader({ ...common, queueGroup, bufferSize: settings.bufferSize });
  }
  if (isTest) {
    await lookAt(jsm, parsed);
    return undefined;
  }
  const { fetchSize, throttling, redeliveryBackOff } = settings;
  return new StreamReader({
    ...common,
    durable: () => openDurable(jsm, parsed, consumerName(options, index, at), options),
    isAckedAtOnce: qosOf(source, address) === 0,
    isAlone: parts.connection.clientCount === 1,
    fetchSize: Math.min(fetchSize, throttling?.limit ?? fetchSize),
    backOff: redeliveryBackOff,
    inboxPrefix: options.inboxPrefix,
  });
}
