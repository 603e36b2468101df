// Heartbeats of all streams by one timer: a stream that has sent nothing for a second sends one.

/** What a heart beats for. */
export interface Beating {
  /** The tick of the heart at which it sent something last; set by itself when it does, to `heart.tick`. */
  lastSent: number;
  /** Sends a heartbeat. Must not throw. */
  beat(): void;
}

const TICK_MS = 100;
/** Ticks of silence after which a heartbeat is due. */
const SILENCE = 10;

/**
 * A wheel of as many slots as ticks can lie ahead. Whoever sends something only notes when; he is found in the slot of his
 * former turn, and moved on.
 */
export class Heart {
  readonly #slots: Set<Beating>[] = Array.from({ length: SILENCE + 1 }, () => new Set());
  #tick = 0;
  #count = 0;
  #timer: NodeJS.Timeout | undefined;

  /** The number of ticks so far. */
  get tick(): number {
    return this.#tick;
  }

  /** Beats for somebody, a second from now for the first time, until the function that it gives is called. */
  beatFor(beating: Beating): () => void {
    beating.lastSent = this.#tick;
    this.#slotOf(beating).add(beating);
    this.#count++;
    this.#timer ??= setInterval(() => this.#turn(), TICK_MS).unref();
    return () => this.#leave(beating);
  }

  #leave(beating: Beating): void {
    if (!this.#slots.some((slot) => slot.delete(beating))) return;
    this.#count--;
    if (this.#count > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #turn(): void {
    this.#tick++;
    const due = this.#slots[this.#tick % this.#slots.length] as Set<Beating>;
    for (const beating of [...due]) {
      if (!due.has(beating)) continue; // another's heartbeat ended it
      if (this.#tick - beating.lastSent >= SILENCE) {
        beating.beat();
        beating.lastSent = this.#tick;
      }
      // It may be gone by what its own heartbeat found out.
      if (due.delete(beating)) this.#slotOf(beating).add(beating);
    }
  }

  #slotOf({ lastSent }: Beating): Set<Beating> {
    return this.#slots[(lastSent + SILENCE) % this.#slots.length] as Set<Beating>;
  }
}
