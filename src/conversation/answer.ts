// What a protocol message is answered with, whatever it came by.

import type { TwinError } from "../base/errors.ts";
import type { Ack } from "../dispatch/acks/ack.ts";
import { combinedStatus } from "../dispatch/acks/ack.ts";
import { protocolForm } from "../dispatch/acks/forms.ts";
import { type About, printError } from "../protocol/envelope.ts";
import { printLiveAnswer } from "../protocol/print-live.ts";
import type { LiveAnswer } from "../signals/live.ts";
import type { Command, DittoHeaders } from "../signals/signal.ts";

/** The answer to one message. */
export interface Answer {
  /** As of HTTP; of several acknowledgements that of their whole. */
  readonly status: number;
  /** What kind of answer it is to who publishes answers. */
  readonly type: "response" | "error" | "acknowledgement";
  /** The single statuses of several acknowledgements. */
  readonly statuses?: readonly number[];
  /** Whether a device answers, whose failures are its own business. */
  readonly isLive: boolean;
  /** Whether who asked wants to be told; others only learn how it went. */
  readonly isWanted: boolean;
  /** The protocol message, printed when it is asked for. */
  text(): string;
}

/** That a message was understood and done, where nobody wants more. */
export const done: Answer = {
  status: 202,
  type: "response",
  isLive: false,
  isWanted: false,
  text: () => "",
};

/** The answer to a command or question; it is printed once somebody is told. */
export const responded = (status: number, text: () => string): Answer => ({
  status,
  type: "response",
  isLive: false,
  isWanted: true,
  text,
});

export const refused = (
  error: TwinError,
  headers: DittoHeaders,
  about: About | undefined,
  isWanted: boolean,
): Answer => ({
  status: error.status,
  type: "error",
  isLive: false,
  isWanted,
  text: () => printError(error, headers, about),
});

/** Acknowledgements; `carried` are the headers of what asked for them that its answers repeat. */
export const acknowledged = (
  about: Pick<Command, "kind" | "id">,
  acks: readonly Ack[],
  carried: DittoHeaders,
  isWanted: boolean,
): Answer => ({
  status: combinedStatus(acks),
  type: "acknowledgement",
  statuses: acks.map(({ status }) => status),
  isLive: false,
  isWanted,
  text: () => protocolForm(about, acks, carried),
});

/** What a device answers. */
export const answeredLive = (answer: LiveAnswer): Answer => ({
  status: answer.status,
  type: answer.says === "live-error" ? "error" : "response",
  isLive: true,
  isWanted: true,
  text: () => printLiveAnswer(answer),
});
