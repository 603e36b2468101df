// Answers that are made while they are sent: no faster than they are taken, and no longer than somebody takes them.

import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setImmediate } from "node:timers/promises";
import { onDelivery } from "../sse/taken-over.ts";
import { paced } from "./streamed-answer-pace.ts";

const WINDOW_MS = 60_000;

/**
 * 200 with a body of parts; the head is sent at once. Their iterator is ended in any case (see {@link begun} and {@link ending});
 * `onFault` is told what breaks the answer off on this side. Whom something waits for that he takes too slowly is left: over
 * `windowMs` milliseconds it has to be 10 kB/s.
 */
export function streamedAnswer(
  headers: Record<string, string>,
  content: AsyncIterable<Uint8Array>,
  onFault: (error: unknown) => void,
  windowMs = WINDOW_MS,
): Response {
  const response = new Response(null, { status: 200, headers });
  onDelivery(response, (outgoing, told) => {
    const pace = paced(telling(content, onFault), windowMs, () => outgoing.destroy());
    const source = Readable.from(pace.parts, { objectMode: false, highWaterMark: 1 });
    if (outgoing.destroyed) {
      source.destroy(); // its receiver went away before; a pipeline would wait for ever
      return pace.stop();
    }
    outgoing.writeHead(200, told);
    outgoing.flushHeaders();
    // What is not told already: its receiver has gone away.
    pipeline(source, outgoing).then(pace.stop, pace.stop);
  });
  return response;
}

/** The same, telling of a failure. */
function telling<T>(items: AsyncIterable<T>, onFault: (error: unknown) => void): AsyncIterable<T> {
  const iterator = items[Symbol.asyncIterator]();
  return iterable(
    async () => {
      try {
        return await iterator.next();
      } catch (error) {
        onFault(error);
        throw error;
      }
    },
    () => iterator.return?.(),
  );
}

/**
 * The same, once the first of it is there: so what goes wrong until then can still be told as a refusal. Unlike with a generator that
 * was not begun, ending it always reaches what it is made of.
 */
export async function begun<T>(items: AsyncIterable<T>): Promise<AsyncIterable<T>> {
  const iterator = items[Symbol.asyncIterator]();
  let first: IteratorResult<T> | undefined = await iterator.next();
  return iterable(
    () => {
      const next = first ? Promise.resolve(first) : iterator.next();
      first = undefined;
      return next;
    },
    () => iterator.return?.(),
  );
}

/** The same; calls back once they are at their end, have failed, or nobody wants more of them, even if they were not begun. */
export function ending<T>(items: AsyncIterable<T>, onEnd: () => void): AsyncIterable<T> {
  const iterator = items[Symbol.asyncIterator]();
  const next = async (): Promise<IteratorResult<T>> => {
    try {
      const result = await iterator.next();
      if (result.done) onEnd();
      return result;
    } catch (error) {
      onEnd();
      throw error;
    }
  };
  return iterable(next, async () => {
    try {
      await iterator.return?.();
    } finally {
      onEnd();
    }
  });
}

/** What is made by `next`, until `end` is called because nobody wants more of it. */
const iterable = <T>(
  next: () => Promise<IteratorResult<T>>,
  end: () => Promise<unknown> | undefined,
): AsyncIterable<T> => ({
  [Symbol.asyncIterator]: () => ({
    next,
    async return() {
      await end();
      return { done: true, value: undefined };
    },
  }),
});

/**
 * Texts as bytes: the first by itself, then several together until there are about so many characters. Others have a turn after each.
 */
export async function* inChunks(
  texts: AsyncIterable<string>,
  characters: number,
): AsyncGenerator<Uint8Array> {
  let pending = "";
  let enough = 1;
  for await (const text of texts) {
    pending += text;
    if (pending.length < enough) continue;
    yield Buffer.from(pending);
    pending = "";
    enough = characters;
    await setImmediate();
  }
  if (pending !== "") yield Buffer.from(pending);
}
