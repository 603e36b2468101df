// The messages of one client that are in work: how many there may be, and how long they may take.

export interface Work {
  /** To be called once it is done with. */
  done(): void;
}

export interface InWork {
  /** Whether more may be taken. */
  readonly hasRoom: boolean;
  /** Begins something of so many bytes; `late` is called when it has taken too long, and is still in work then. */
  begin(late: () => void, bytes: number): Work;
  /** Resolves once nothing is in work, or after so many milliseconds. */
  idle(withinMs: number): Promise<void>;
  /** Stops the timer; nothing is late any more. */
  close(): void;
}

export interface InWorkLimits {
  /** So many at once; beyond, no more are taken until half of them are done. */
  readonly most: number;
  /** Milliseconds after which one is late. */
  readonly lifetimeMs: number;
}

/** However few messages they are. */
const MOST_BYTES = 64 * 1024 ** 2;

interface Entry {
  readonly since: number;
  readonly bytes: number;
  readonly late: () => void;
  isLate: boolean;
}

/** Makes one; `onRoom` is called when there is room again after there was none. */
export function inWorkOf({ most, lifetimeMs }: InWorkLimits, onRoom: () => void): InWork {
  const entries = new Set<Entry>();
  const waiting = new Set<() => void>();
  const timer = setInterval(look, Math.max(10, lifetimeMs / 20));
  timer.unref();
  let isFull = false;
  let bytes = 0;

  /** They are in the order in which they began, so that a look ends at the first that is young. */
  function look(): void {
    const latest = performance.now() - lifetimeMs;
    for (const entry of entries) {
      if (entry.since > latest) return;
      if (!entry.isLate) entry.late();
      entry.isLate = true;
    }
  }

  function end(entry: Entry): void {
    if (!entries.delete(entry)) return;
    bytes -= entry.bytes;
    if (isFull && entries.size <= most / 2 && bytes <= MOST_BYTES / 2) {
      isFull = false;
      onRoom();
    }
    if (entries.size === 0) for (const tell of waiting) tell();
  }

  return {
    get hasRoom() {
      return !isFull;
    },

    begin(late, size) {
      const entry = { since: performance.now(), bytes: size, late, isLate: false };
      entries.add(entry);
      bytes += size;
      if (entries.size >= most || bytes >= MOST_BYTES) isFull = true;
      return { done: () => end(entry) };
    },

    async idle(withinMs) {
      if (entries.size === 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const timeout = setTimeout(resolve, withinMs);
      waiting.add(resolve);
      await promise;
      clearTimeout(timeout);
      waiting.delete(resolve);
    },

    close: () => clearInterval(timer),
  };
}
