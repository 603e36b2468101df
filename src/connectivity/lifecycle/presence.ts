// What others know of a connection while one of its clients is connected: the labels that it declared, and its subscriptions.

import type { DeclaredAcks } from "../../pubsub/declared-acks.ts";

export interface Presence {
  /** A client is connected; throws `acknowledgement:label.not.unique` where another has declared one of the labels. */
  enter(): void;
  /** A client that had entered is connected no more. */
  leave(): void;
  /** The connection is not there any more, whatever becomes of its clients. */
  end(): void;
}

/** Makes it for these labels; `subscribe` gives what ends the subscriptions. */
export function presenceOf(
  labels: readonly string[],
  declaredAcks: DeclaredAcks,
  subscribe: () => () => void,
): Presence {
  let count = 0;
  let isOver = false;
  let leave: (() => void) | undefined;

  function begin(): void {
    const undeclare = declaredAcks.declare(labels);
    try {
      const unsubscribe = subscribe();
      leave = () => {
        unsubscribe();
        undeclare();
      };
    } catch (error) {
      undeclare();
      throw error;
    }
  }

  function end(): void {
    leave?.();
    leave = undefined;
  }

  return {
    enter() {
      if (!leave && !isOver) begin();
      count++;
    },
    leave() {
      if (--count === 0) end();
    },
    end() {
      isOver = true;
      end();
    },
  };
}
