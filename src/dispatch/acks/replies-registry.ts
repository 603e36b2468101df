// Who waits for what others answer or acknowledge. Waits register here and leave when they end, so the waiting room
// bounds how many there are.

import { duplicateCorrelationId } from "./errors.ts";
import type { Expecting, Replies } from "./replies.ts";

/** Makes the registry of one server; `size` is how many wait. */
export function repliesRegistry(): Replies & { readonly size: number } {
  /**
   * By correlation ID, most of which are of one wait only, and thing. The two put together would be one key, but a new text
   * to build and to hash for each look.
   */
  const waiting = new Map<string, Map<string, Expecting>>();
  let size = 0;

  const find = (id: string, correlationId: string): Expecting | undefined =>
    waiting.get(correlationId)?.get(id);

  function thingsOf(correlationId: string): Map<string, Expecting> {
    const known = waiting.get(correlationId);
    if (known) return known;
    const things = new Map<string, Expecting>();
    waiting.set(correlationId, things);
    return things;
  }

  return {
    get size() {
      return size;
    },

    expect(id, correlationId, expecting) {
      const things = thingsOf(correlationId);
      if (things.has(id)) throw duplicateCorrelationId(correlationId);
      things.set(id, expecting);
      size++;
      return () => {
        if (things.get(id) !== expecting) return;
        things.delete(id);
        size--;
        if (things.size === 0) waiting.delete(correlationId);
      };
    },

    isExpected: (id, correlationId) => find(id, correlationId) !== undefined,

    ack(id, correlationId, ack, characters = 0) {
      const expecting = find(id, correlationId);
      expecting?.onAck(ack, characters);
      return expecting !== undefined;
    },

    answer(answer) {
      const correlationId = answer.headers["correlation-id"];
      if (typeof correlationId !== "string") return false;
      const onAnswer = find(answer.id, correlationId)?.onAnswer;
      onAnswer?.(answer);
      return onAnswer !== undefined;
    },
  };
}
