/** What waits, in its order, within a bound: the oldest makes room for the newest. */
export class BoundedBuffer<T> {
  readonly #most: number;
  readonly #sizeOf: (item: T) => number;
  #items: T[] = [];
  /** Where the oldest is; what is before has left. */
  #first = 0;
  #size = 0;
  /** How many have made room since there is the buffer. */
  dropped = 0;

  /** `most` is of the unit of `sizeOf`. */
  constructor(most: number, sizeOf: (item: T) => number) {
    this.#most = most;
    this.#sizeOf = sizeOf;
  }

  get length(): number {
    return this.#items.length - this.#first;
  }

  add(item: T): void {
    this.#items.push(item);
    this.#size += this.#sizeOf(item);
    this.#makeRoom();
  }

  /** Takes out the oldest, at most so many. */
  take(most: number): readonly T[] {
    const taken = this.#items.slice(this.#first, this.#first + most);
    for (const item of taken) this.#size -= this.#sizeOf(item);
    this.#leave(taken.length);
    return taken;
  }

  /** Gives back what was taken out last. */
  putBack(items: readonly T[]): void {
    this.#items = [...items, ...this.#items.slice(this.#first)];
    this.#first = 0;
    for (const item of items) this.#size += this.#sizeOf(item);
    this.#makeRoom();
  }

  #makeRoom(): void {
    while (this.#size > this.#most && this.length > 0) {
      this.#size -= this.#sizeOf(this.#items[this.#first] as T);
      this.dropped++;
      this.#leave(1);
    }
  }

  #leave(count: number): void {
    for (let i = 0; i < count; i++) this.#items[this.#first + i] = undefined as T;
    this.#first += count;
    if (this.#first < this.#items.length / 2) return;
    this.#items = this.#items.slice(this.#first);
    this.#first = 0;
  }
}
