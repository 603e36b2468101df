// The acknowledgements that published announcements wait for, by the correlation id that each was published with.

import type { IncomingAck } from "../../signals/incoming-ack.ts";

interface Awaited {
  readonly policyId: string;
  readonly subjectId: string;
  readonly missing: Set<string>;
  /** Whether one of them asks for the announcement to be published again. */
  isRefused: boolean;
  readonly done: (isRefused: boolean) => void;
}

/** What one announcement waits for. */
export interface Asked {
  readonly policyId: string;
  /** Who alone may acknowledge. */
  readonly subjectId: string;
  readonly labels: readonly string[];
}

/** Announcements that wait, each until all its acknowledgements have come; whoever expects them calls it off in time. */
export class AwaitedAcks {
  readonly #awaited = new Map<string, Awaited>();

  /** Announcements that wait. */
  get size(): number {
    return this.#awaited.size;
  }

  /** Calls `done` when all have come, unless the function that it gives has been called before. */
  expect(correlationId: string, asked: Asked, done: (isRefused: boolean) => void): () => void {
    const { policyId, subjectId, labels } = asked;
    const missing = new Set(labels);
    this.#awaited.set(correlationId, { policyId, subjectId, missing, isRefused: false, done });
    return () => this.#awaited.delete(correlationId);
  }

  /** Takes one in; what nobody asked for, what comes late, twice or from others, changes nothing. */
  take({ kind, id, label, status, correlationId, subjects }: IncomingAck): void {
    const awaited = this.#awaited.get(correlationId);
    if (kind !== "policy" || awaited?.policyId !== id || !subjects.includes(awaited.subjectId)) return;
    if (!awaited.missing.delete(label)) return;
    awaited.isRefused ||= asksAgain(status);
    if (awaited.missing.size > 0) return;
    this.#awaited.delete(correlationId);
    awaited.done(awaited.isRefused);
  }
}

/** Other refusals say that it has arrived, and that repeating it would change nothing. */
const asksAgain = (status: number): boolean => status === 408 || status === 424 || status >= 500;
