// Publishes the logs of connections to a Fluentd or Fluent Bit, beside the work of connections: nobody waits for it, and what it cannot
// send waits within a bound.

import type { Logger } from "pino";
import type { Outcome } from "../steps.ts";
import { BoundedBuffer } from "./buffer.ts";
import { type FluentLink, type FluentSettings, type Forwarded, fluentLink } from "./fluent-link.ts";
import { type EntryContext, type LogEntry, recordOf, sizeOf } from "./log-entry.ts";
import { reportsTo } from "./reports.ts";

export interface LogPublisherSettings {
  readonly fluent: FluentSettings;
  /** What of it is published. */
  readonly levels: ReadonlySet<Outcome>;
  /** The tag of all entries; absent: `connection:{id}`. */
  readonly tag?: string;
  readonly context: EntryContext;
  readonly maxBufferBytes: number;
  /** Milliseconds between a failure and the next attempt, twice as long each time. */
  readonly minRetryMs: number;
  readonly maxRetryMs: number;
  /** Milliseconds for what waits when the server stops. */
  readonly flushMs: number;
}

export interface LogPublisher {
  readonly levels: ReadonlySet<Outcome>;
  /** Never throws, and takes no time worth telling. */
  publish(entry: LogEntry): void;
  /** Sends what waits, as far as there is time, and nothing any more after that. Never rejects. */
  close(): Promise<void>;
}

/** Entries that are made and sent in one go; then others have their turn. */
const BATCH = 100;

/** Makes a publisher, which connects when there is something to publish. */
export function logPublisher(settings: LogPublisherSettings, log: Logger): LogPublisher {
  const { fluent, levels, maxBufferBytes, flushMs } = settings;
  const waiting = new BoundedBuffer<LogEntry>(maxBufferBytes, sizeOf);
  const reports = reportsTo(log);
  let link: FluentLink | undefined;
  let sending: Promise<void> | undefined;
  let state: "open" | "closing" | "closed" = "open";
  let wake: () => void = () => undefined;

  async function sendAll(): Promise<void> {
    try {
      await sendUntilEmpty();
    } finally {
      sending = undefined;
      if (state === "closed") link?.close();
    }
  }

  async function sendUntilEmpty(): Promise<void> {
    let retryMs = settings.minRetryMs;
    while (waiting.length > 0 && state !== "closed") {
      await new Promise(setImmediate);
      const failure = await sendSome();
      if (failure === undefined) {
        reports.sent();
        retryMs = settings.minRetryMs;
        continue;
      }
      reports.failed(failure);
      if (state !== "open") return;
      await rest(retryMs);
      retryMs = Math.min(settings.maxRetryMs, retryMs * 2);
    }
  }

  /** Resolves with why not all of it was taken; then the rest waits again. */
  async function sendSome(): Promise<unknown> {
    try {
      if (!link || link.isGone) link = await fluentLink(fluent);
    } catch (error) {
      return error;
    }
    const entries = waiting.take(BATCH);
    const taken = await link.send(entries.map((entry) => forwarded(entry, settings)));
    const failure = taken.find((one) => one !== "taken");
    if (failure === undefined) return undefined;
    link.close();
    waiting.putBack(entries.filter((_, i) => taken[i] !== "taken"));
    return failure;
  }

  function rest(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
    return promise;
  }

  return {
    levels,
    publish(entry) {
      if (state !== "open") return;
      waiting.add(entry);
      reports.dropped(waiting.dropped);
      if (waiting.length > 0) sending ??= sendAll();
    },
    async close() {
      state = "closing";
      wake();
      await atMost(sending, flushMs);
      state = "closed";
      if (waiting.length > 0) reports.left(waiting.length);
      link?.close();
    },
  };
}

const forwarded = (entry: LogEntry, { tag, context }: LogPublisherSettings): Forwarded => ({
  tag: tag ?? `connection:${entry.connectionId}`,
  at: entry.at,
  record: recordOf(entry, context),
});

async function atMost(work: Promise<void> | undefined, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}
