// The memory that decompressed batches of one consumer take.

/** How many bytes of decompressed batches one consumer holds before no further one is decompressed. */
const ROOM_BYTES = 64 * 1024 ** 2;

/** What the partitions of a consumer share for decompressed batches, so that many small ones do not become many large ones at once. */
export class Room {
  readonly #freed: () => void;
  #taken = 0;
  #isWanted = false;

  /** `freed` is told when there is room again for those who found none. */
  constructor(freed: () => void) {
    this.#freed = freed;
  }

  /** Whether there is none; who is told so comes again later. */
  isFull(): boolean {
    if (this.#taken < ROOM_BYTES) return false;
    this.#isWanted = true;
    return true;
  }

  take(bytes: number): void {
    this.#taken += bytes;
  }

  give(bytes: number): void {
    this.#taken -= bytes;
    if (!this.#isWanted || this.#taken >= ROOM_BYTES) return;
    this.#isWanted = false;
    this.#freed();
  }
}

/** A part of the room that a decompressed batch takes until nobody needs it: messages lie in its memory until they are settled. */
export class Lease {
  readonly #room: Room;
  readonly #bytes: number;
  #holders = 1;

  constructor(room: Room, bytes: number) {
    this.#room = room;
    this.#bytes = bytes;
    room.take(bytes);
  }

  hold(): this {
    this.#holders++;
    return this;
  }

  /** Once for each who holds it, and once for who has made it. */
  release(): void {
    if (--this.#holders === 0) this.#room.give(this.#bytes);
  }
}
