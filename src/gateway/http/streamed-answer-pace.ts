// How fast the receiver of an answer takes it.

/** Bytes in a second. */
const LEAST = 10_000;
/** Larger parts are sent in pieces, so that it can be seen how they are taken. */
const PIECE = 65_536;
/** How often it is looked at in a window. */
const LOOKS = 12;

export interface Paced {
  readonly parts: AsyncIterable<Uint8Array>;
  /** Nobody looks any more. */
  stop(): void;
}

/**
 * Parts of an answer in pieces; a piece counts as taken when the next one is asked for. Calls back once, if less than 10 kB/s is taken
 * over a window of time in which something waits for the receiver; that he waits himself does not count.
 */
export function paced(parts: AsyncIterable<Uint8Array>, windowMs: number, onTooSlow: () => void): Paced {
  const iterator = parts[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array();
  /** The piece that waits to be taken. */
  let sent: { readonly bytes: number; readonly at: number } | undefined;
  let taken = 0;
  let waitedMs = 0;

  function take(): void {
    if (!sent) return;
    waitedMs += performance.now() - sent.at;
    taken += sent.bytes;
    sent = undefined;
  }

  function look(): void {
    const now = performance.now();
    const waited = waitedMs + (sent ? now - sent.at : 0);
    if (waited < windowMs) return;
    if (taken * 1_000 < LEAST * waited) {
      clearInterval(timer);
      onTooSlow();
      return;
    }
    taken = 0;
    waitedMs = 0;
    if (sent) sent = { ...sent, at: now };
  }

  const timer = setInterval(look, windowMs / LOOKS);
  timer.unref();

  async function next(): Promise<IteratorResult<Uint8Array>> {
    take();
    if (rest.length === 0) {
      const result = await iterator.next();
      if (result.done) {
        sent = { bytes: 0, at: performance.now() }; // what is on its way still has to be taken
        return result;
      }
      rest = result.value;
    }
    const value = rest.subarray(0, PIECE);
    rest = rest.subarray(PIECE);
    sent = { bytes: value.length, at: performance.now() };
    return { done: false, value };
  }

  return {
    parts: {
      [Symbol.asyncIterator]: () => ({
        next,
        async return() {
          await iterator.return?.();
          return { done: true, value: undefined };
        },
      }),
    },
    stop: () => clearInterval(timer),
  };
}
