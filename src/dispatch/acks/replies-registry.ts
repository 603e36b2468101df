// Who waits for what others answer or acknowledge. Waits register here and leave when they end, so the waiting room
// bounds how many there are.

import { duplicateCorrelationId } from "./errors.ts";
import type { Expecting, Replies } from "./replies.ts";

/** Makes the registry of one server; `size` is how many wait. */
export function repliesRegistry(): Replies & { readonly size: number } {
  const waiting = new Map<string, Expecting>();

  return {
    get size() {
      return waiting.size;
    },

    expect(id, correlationId, expecting) {
      const key = keyOf(id, correlationId);
      if (waiting.has(key)) throw duplicateCorrelationId(correlationId);
      waiting.set(key, expecting);
      return () => {
        if (waiting.get(key) === expecting) waiting.delete(key);
      };
    },

    isExpected: (id, correlationId) => waiting.has(keyOf(id, correlationId)),

    ack(id, correlationId, ack, characters = 0) {
      const expecting = waiting.get(keyOf(id, correlationId));
      expecting?.onAck(ack, characters);
      return expecting !== undefined;
    },

    answer(answer) {
      const correlationId = answer.headers["correlation-id"];
      if (typeof correlationId !== "string") return false;
      const onAnswer = waiting.get(keyOf(answer.id, correlationId))?.onAnswer;
      onAnswer?.(answer);
      return onAnswer !== undefined;
    },
  };
}

/** IDs hold no line breaks, so no other pair has the same key. */
const keyOf = (id: string, correlationId: string): string => `${id}\n${correlationId}`;
