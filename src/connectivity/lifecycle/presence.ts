// What others know of a connection while one of its clients is connected: the labels that it declared, and its subscriptions.

import type { DeclaredAcks } from "../../pubsub/declared-acks.ts";

export interface Presence {
  /**
   * A client is connected; refuses with `acknowledgement:label.not.unique` where another has declared one of the labels, by throwing or, where other
   * members of a cluster have to be asked, by rejecting.
   */
  enter(): void | Promise<void>;
  /** A client that had entered is connected no more. */
  leave(): void;
  /** The connection is not there any more, whatever becomes of its clients. */
  end(): void;
}

/**
 * Makes it for these labels; `subscribe` gives what ends the subscriptions, and `known` says when all members of a cluster know of
 * them.
 */
export function presenceOf(
  labels: readonly string[],
  declaredAcks: DeclaredAcks,
  subscribe: () => () => void,
  known: () => Promise<void> | undefined = () => undefined,
): Presence {
  let count = 0;
  let isOver = false;
  let leave: (() => void) | undefined;
  /** The first client has entered, and it is not known yet whether it may. */
  let beginning: Promise<void> | undefined;

  function begin(): void | Promise<void> {
    const declared = declaredAcks.declare(labels);
    if (!(declared instanceof Promise)) return present(declared);
    beginning = declared
      .then((undeclare) => {
        present(undeclare);
        return known();
      })
      .finally(() => {
        beginning = undefined;
      });
    return beginning;
  }

  function present(undeclare: () => void): void {
    try {
      const unsubscribe = isOver ? () => undefined : subscribe();
      leave = () => {
        unsubscribe();
        undeclare();
      };
    } catch (error) {
      undeclare();
      throw error;
    }
    if (isOver) end();
  }

  function end(): void {
    leave?.();
    leave = undefined;
  }

  return {
    enter() {
      const begun = beginning ?? (leave || isOver ? undefined : begin());
      if (begun instanceof Promise) {
        return begun.then(() => {
          count++;
        });
      }
      count++;
      return undefined;
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
