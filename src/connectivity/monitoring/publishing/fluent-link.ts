// One connection to a Fluentd or Fluent Bit by its forward protocol, until it is lost.

import { FluentClient, FluentSocketEvent } from "@fluent-org/logger";
import type { JsonObject } from "../../../base/json/json.ts";

export interface FluentSettings {
  readonly host: string;
  readonly port: number;
  /** Whether over TLS, with a certificate that Node trusts for the host. */
  readonly isSecure: boolean;
  /** Milliseconds. */
  readonly connectionTimeoutMs: number;
  /** Milliseconds that the receiver may take for what it is sent; a receiver that takes longer is left. */
  readonly readTimeoutMs: number;
  /** Whether it is asked to acknowledge. */
  readonly isAcknowledged: boolean;
}

/** One entry as it goes over the wire. */
export interface Forwarded {
  readonly tag: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly record: JsonObject;
}

/** Which were taken, and why the others were not. */
export type Taken = readonly (Error | "taken")[];

export interface FluentLink {
  readonly isGone: boolean;
  /**
   * Sends some; resolves when each is taken or cannot be any more. Taken is what the receiver has acknowledged, where it is to, else
   * what the operating system has.
   */
  send(entries: readonly Forwarded[]): Promise<Taken>;
  close(): void;
}

/** Connects; rejects with why not. */
export async function fluentLink(settings: FluentSettings): Promise<FluentLink> {
  const client = clientOf(settings);
  let isGone = false;
  function close(): void {
    isGone = true;
    // What is not sent by then is rejected. It waits for the socket, which may take long.
    client.shutdown().catch(() => undefined);
  }
  // Left alone, the client would keep what was not sent, without a word.
  client.socketOn(FluentSocketEvent.CLOSE, close);
  try {
    await inTime(client.connect(), settings.connectionTimeoutMs, "connecting took too long");
  } catch (error) {
    close();
    throw error;
  }
  return {
    get isGone() {
      return isGone;
    },
    async send(entries) {
      const sending = Promise.allSettled(entries.map(({ tag, at, record }) => client.emit(tag, record, at)));
      try {
        const sent = await inTime(sending, settings.readTimeoutMs * 2, "it takes nothing any more");
        return sent.map((one) => (one.status === "fulfilled" ? "taken" : (one.reason as Error)));
      } catch (error) {
        return entries.map(() => error as Error);
      }
    },
    close,
  };
}

const clientOf = ({ host, port, isSecure, isAcknowledged, readTimeoutMs }: FluentSettings): FluentClient =>
  new FluentClient(null, {
    eventMode: "Forward", // takes half the time of packing each entry by itself
    milliseconds: true,
    disableAutoconnect: true,
    ...(isAcknowledged && { ack: { ackTimeout: readTimeoutMs } }),
    // Whoever connects again makes another client. It has no timeout of its own, as that cannot end an attempt that hangs.
    socket: { host, port, disableReconnect: true, timeout: -1, ...(isSecure && { tls: {} }) },
  });

async function inTime<T>(work: Promise<T>, ms: number, otherwise: string): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(otherwise)), ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
