// How far the messages of one partition are settled, in whatever order that happens.

const FIRST_CAPACITY = 1_024;

/**
 * A ring of the messages from the first unsettled one on. Offsets are whole numbers; there may be gaps between them. Adding and
 * settling take constant time; memory goes with the distance between the first unsettled message and the last one.
 */
export class Progress {
  #offsets = new Float64Array(FIRST_CAPACITY);
  #isSettled = new Uint8Array(FIRST_CAPACITY);
  /** Slot of the first message that is not settled; slots count up from 0. */
  #head = 0;
  #next = 0;
  /** Behind the last message that was seen, whether it was added or passed over. */
  #end: number;

  constructor(start: number) {
    this.#end = start;
  }

  /** How many messages there are from the first unsettled one on. */
  get span(): number {
    return this.#next - this.#head;
  }

  /** Everything before this offset is settled: where a successor would have to begin. */
  get settledTo(): number {
    return this.span === 0
      ? this.#end
      : (this.#offsets[this.#head & (this.#offsets.length - 1)] ?? this.#end);
  }

  /** Says that the next message has this offset or one beyond. */
  passTo(offset: number): void {
    this.#end = offset;
  }

  /** Adds the message at an offset beyond all others; gives its slot. */
  add(offset: number): number {
    if (this.span === this.#offsets.length) this.#grow();
    const slot = this.#next++;
    const at = slot & (this.#offsets.length - 1);
    this.#offsets[at] = offset;
    this.#isSettled[at] = 0;
    this.#end = offset + 1;
    return slot;
  }

  settle(slot: number): void {
    if (slot < this.#head || slot >= this.#next) return;
    const mask = this.#offsets.length - 1;
    this.#isSettled[slot & mask] = 1;
    while (this.#head < this.#next && this.#isSettled[this.#head & mask] === 1) this.#head++;
  }

  /** The capacity stays a power of two. */
  #grow(): void {
    const [offsets, isSettled, mask] = [this.#offsets, this.#isSettled, this.#offsets.length - 1];
    this.#offsets = new Float64Array(offsets.length * 2);
    this.#isSettled = new Uint8Array(offsets.length * 2);
    for (let slot = this.#head; slot < this.#next; slot++) {
      const at = slot & (this.#offsets.length - 1);
      this.#offsets[at] = offsets[slot & mask] ?? 0;
      this.#isSettled[at] = isSettled[slot & mask] ?? 0;
    }
  }
}
