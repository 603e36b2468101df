// What operators set about how connections are kept.

import type { ReceiverLimits } from "../inbound/receiver.ts";

export interface RetrySettings {
  /** Milliseconds that the first attempt may take, and the longest. */
  readonly connectingMinTimeoutMs: number;
  readonly connectingMaxTimeoutMs: number;
  /** After so many attempts in a row no more are made. */
  readonly connectingMaxTries: number;
  /** Milliseconds between a failure and the next attempt. */
  readonly minBackoffMs: number;
  readonly maxBackoffMs: number;
}

export interface LinkSettings extends RetrySettings {
  /** Milliseconds that the broker may take to let a client go. */
  readonly disconnectingMaxTimeoutMs: number;
  /** Milliseconds between the announcement that a connection is closed and its being closed. */
  readonly disconnectAnnouncementTimeoutMs: number;
  /** Milliseconds that a test may take. */
  readonly testingTimeoutMs: number;
  /** Milliseconds for what is in work when a connection is closed. */
  readonly shutdownTimeoutMs: number;
  /** Of the messages that came in, for each client. */
  readonly inWork: ReceiverLimits;
  /** Bytes of the payloads of the acknowledgements that targets issue for one signal. */
  readonly issuedMaxBytes: number;
}
