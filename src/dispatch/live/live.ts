// What the doors and bridges ask of the live channel.

import type { LiveAnswer, LiveCommand, LiveSignal, Message } from "../../signals/live.ts";
import type { Reply } from "../../signals/reply.ts";
import type { Command } from "../../signals/signal.ts";
import type { Ack } from "../acks/ack.ts";
import type { Waiter } from "../acks/ack-wait.ts";
import type { AwaitedAcks } from "../acks/awaited.ts";

/** What came of a live command or message. */
export type LiveOutcome =
  /** The first valid answer, where nothing but that was awaited; already without what the caller may not read. */
  | { readonly is: "answer"; readonly answer: LiveAnswer }
  /** The acknowledgements that were awaited, `live-response` among them where it was. */
  | { readonly is: "acks"; readonly acks: readonly Ack[] }
  /** It was published, and nothing more is to be told. */
  | { readonly is: "accepted" }
  /** The twin's answer, which a live channel condition or its timeout strategy chose. */
  | { readonly is: "twin"; readonly reply: Reply };

export interface Live {
  /**
   * Authorizes and publishes a signal, and waits for what is awaited of it. Rejects with the refusal, and with
   * `command.timeout` where an answer is awaited and none comes in time.
   */
  send(
    signal: LiveSignal,
    awaited: AwaitedAcks,
    waiter: Waiter,
    origin: object | undefined,
  ): Promise<LiveOutcome>;
  /**
   * A retrieve of a thing with `live-channel-condition`, or with a timeout strategy on the live channel: asks the twin, and
   * then perhaps the device (basic-conditional-requests page).
   */
  retrieveSmart(
    command: Command,
    awaited: AwaitedAcks,
    waiter: Waiter,
    origin: object | undefined,
  ): Promise<LiveOutcome>;
  /** Passes a device's answer on to who waits for it; one that nobody waits for is dropped. */
  answer(answer: LiveAnswer): void;
}

/** Whether a signal is one that can be answered. */
export const isAnswered = (signal: LiveSignal): signal is LiveCommand | Message =>
  signal.says !== "live-event";
