import type { Waiter } from "../dispatch/acks/ack-wait.ts";
import { correlationIdOf, type Handling } from "./handling.ts";

/** Who waits for what comes of a message about a thing; it keeps nothing of the message. */
export function waiterOf(id: string, { parts, sender, onCommitted, length, headers }: Handling): Waiter {
  const correlationId = correlationIdOf(headers);
  return {
    id,
    subject: sender.auth.subjects[0] as string,
    correlationId,
    characters: length,
    onGone: (callback) => sender.onGone(callback),
    onCommitted,
    onFault: (error) => parts.onFault(error, correlationId),
  };
}
