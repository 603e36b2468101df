// Correlation IDs by which replies find who waits for them.

import { randomUUID } from "node:crypto";
import type { DittoHeaders } from "../../signals/signal.ts";
import type { Replies } from "./replies.ts";

/** After so many a client that gives everything the same ID is not counted on with. */
const COUNTED = 10;

/**
 * The correlation ID itself, or where replies to it are expected already, another that begins like it: subscribers are
 * told that one, so that what they reply is for one of those who wait only.
 */
export function conflictFree(
  replies: Pick<Replies, "isExpected">,
  id: string,
  correlationId: string,
): string {
  if (!replies.isExpected(id, correlationId)) return correlationId;
  for (let count = 0; count < COUNTED; count++) {
    const next = `${correlationId}#${count}`;
    if (!replies.isExpected(id, next)) return next;
  }
  return `${correlationId}#${randomUUID()}`;
}

/** The same command or signal, told to others by this correlation ID. */
export function withCorrelationId<T extends { readonly headers: DittoHeaders }>(said: T, id: string): T {
  if (said.headers["correlation-id"] === id) return said;
  return { ...said, headers: { ...said.headers, "correlation-id": id } };
}
