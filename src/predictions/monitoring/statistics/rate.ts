const SLOT_MS = 10_000;
/** Fifteen minutes, and the slot that is under way. */
const SLOTS = 91;

/** Counts how often something happened in the last 15 minutes, in slots of 10 seconds. Times are milliseconds of a clock that never goes back. */
export class Rate {
  readonly #counts = new Uint32Array(SLOTS);
  readonly #since: number;
  #newest: number;

  constructor(now: number) {
    this.#since = now;
    this.#newest = Math.floor(now / SLOT_MS);
  }

  add(now: number): void {
    this.#moveTo(now);
    const at = this.#newest % SLOTS;
    this.#counts[at] = (this.#counts[at] as number) + 1;
  }

  /** How often each second, in the last so many minutes (15 at most), or as long as there is something counted. */
  perSecond(now: number, minutes: number): number {
    this.#moveTo(now);
    const oldest = this.#newest - (minutes * 60_000) / SLOT_MS;
    let count = 0;
    for (let slot = oldest; slot <= this.#newest; slot++)
      count += this.#counts[(slot + SLOTS) % SLOTS] as number;
    const from = Math.max(oldest * SLOT_MS, this.#since);
    return count / Math.max(1, (now - from) / 1_000);
  }

  /** Empties the slots that begin anew. */
  #moveTo(now: number): void {
    const slot = Math.floor(now / SLOT_MS);
    if (slot <= this.#newest) return;
    for (let next = Math.max(this.#newest + 1, slot - SLOTS + 1); next <= slot; next++)
      this.#counts[next % SLOTS] = 0;
    this.#newest = slot;
  }
}
