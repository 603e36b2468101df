// What operators set about how connections are kept.

import type { UserIndicatedError } from "../../ops/user-indicated-errors.ts";
import type { ReceiverLimits } from "../inbound/receiver.ts";
import type { ConnectionType } from "../model.ts";

export interface RetrySettings {
  /** Milliseconds that the first attempt may take, and the longest. */
  readonly connectingMinTimeoutMs: number;
  readonly connectingMaxTimeoutMs: number;
  /** After so many attempts in a row no more are made. */
  readonly connectingMaxTries: number;
  /** Milliseconds between a failure and the next attempt. */
  readonly minBackoffMs: number;
  readonly maxBackoffMs: number;
  /** What counts in their place after the loss of a connection, with no end of attempts; absent: nothing else does. */
  readonly afterLoss?: { readonly minBackoffMs: number; readonly maxBackoffMs: number } | undefined;
}

export interface LinkSettings extends Omit<RetrySettings, "afterLoss"> {
  readonly afterLoss?: Readonly<Partial<Record<ConnectionType, RetrySettings["afterLoss"]>>>;
  /** Errors that mean a fault in a connection's configuration, beside those of which it is known. */
  readonly userIndicatedErrors?: readonly UserIndicatedError[];
  /** Whether signals are told without the extra fields that they cannot be enriched with; else not at all. */
  readonly publishesFailedEnrichments?: boolean;
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
