// What of bodies and messages has come while the rest of them has not: bounded for all clients of a server together.

import type { Server } from "node:net";

/** One body or message that is being received. */
export interface Receiving {
  /** Counts a piece of it that came; whose `shed` is called meanwhile, here or of another, is not counted any more. */
  grow(bytes: number): void;
  /** It is complete, or nobody waits for it any more; more than once is fine. */
  end(): void;
}

/** What a piece takes in memory beside its bytes: who sends them one by one pays for that. */
const PIECE_BYTES = 300;

/**
 * Counts what is under way. Where that is more than `max` bytes, what began first is given up: bodies of those who mean it are there
 * within moments, and who sends his slowly, to hold what others need, is the first to go.
 */
export class UnderWay {
  readonly #max: number;
  readonly #onShed: () => void;
  /** In the order in which they began. */
  readonly #all = new Set<Counted>();
  #bytes = 0;

  constructor(max: number, onShed: () => void) {
    this.#max = max;
    this.#onShed = onShed;
  }

  /** Bytes that are counted now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Begins with nothing; `shed` is called once where it is given up. */
  begin(shed: () => void): Receiving {
    const counted: Counted = { bytes: 0, shed };
    this.#all.add(counted);
    return {
      grow: (bytes) => {
        if (!this.#all.has(counted)) return;
        counted.bytes += bytes + PIECE_BYTES;
        this.#bytes += bytes + PIECE_BYTES;
        if (this.#bytes > this.#max) this.#shedOldest();
      },
      end: () => this.#forget(counted),
    };
  }

  #shedOldest(): void {
    for (const oldest of this.#all) {
      if (this.#bytes <= this.#max) return;
      if (oldest.bytes === 0) continue; // it would help nobody
      this.#forget(oldest);
      this.#onShed();
      oldest.shed();
    }
  }

  #forget(counted: Counted): void {
    if (this.#all.delete(counted)) this.#bytes -= counted.bytes;
  }
}

interface Counted {
  bytes: number;
  readonly shed: () => void;
}

const ofServers = new WeakMap<object, UnderWay>();
const unbounded = new UnderWay(Number.POSITIVE_INFINITY, () => undefined);

/** Bounds what is under way to a server. */
export function boundUnderWay(server: Server, underWay: UnderWay): void {
  ofServers.set(server, underWay);
}

/** What bounds that of a server, or of the server of a connection; nothing where none was told. */
export const underWayTo = (at: object | undefined): UnderWay =>
  (at && ofServers.get((at as { server?: Server }).server ?? at)) ?? unbounded;
