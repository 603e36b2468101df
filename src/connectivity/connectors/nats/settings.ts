import type { Throttling } from "../pace.ts";

/** What the operator of the server has set for all NATS connections; times in milliseconds. */
export interface NatsSettings {
  /** Absent where sources are not slowed down. */
  readonly throttling: Throttling | undefined;
  /** How many messages of a JetStream consumer are asked for ahead. */
  readonly fetchSize: number;
  /** How many messages of core NATS wait for each address. */
  readonly bufferSize: number;
  readonly ackWait: number;
  readonly maxAckPending: number;
  /** How long a message rests before it comes again. */
  readonly redeliveryBackOff: { readonly min: number; readonly max: number };
  readonly producer: {
    /** How many messages of one client wait to be sent. */
    readonly queueSize: number;
    /** How many are sent ahead of the server's answers. */
    readonly maxInFlight: number;
    /** How long JetStream may take to acknowledge one. */
    readonly answerWithin: number;
  };
  readonly pingInterval: number;
}
