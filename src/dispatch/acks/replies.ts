// Who waits for what others answer or acknowledge, by thing and correlation ID.

import type { LiveAnswer } from "../../signals/live.ts";
import type { Ack } from "./ack.ts";

export interface Expecting {
  /** Takes in an acknowledgement of somebody else, which has so many characters. Must not throw. */
  readonly onAck: (ack: Ack, characters: number) => void;
  /** Takes in an answer to a live command or message; absent where none is expected. Must not throw. */
  readonly onAnswer?: (answer: LiveAnswer) => void;
}

export interface Replies {
  /**
   * Expects replies until the function that it gives is called; refuses with
   * `acknowledgement:request.duplicate.correlation-id` (409) where somebody expects some by that correlation ID already.
   */
  expect(id: string, correlationId: string, expecting: Expecting): () => void;
  /** Whether somebody expects replies. */
  isExpected(id: string, correlationId: string): boolean;
  /** Passes an acknowledgement of so many characters on; gives false where nobody expects it. */
  ack(id: string, correlationId: string, ack: Ack, characters?: number): boolean;
  /** Passes an answer on; gives false where nobody expects it. */
  answer(answer: LiveAnswer): boolean;
}
