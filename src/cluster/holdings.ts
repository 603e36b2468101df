// What this member owns and may serve, by the newest view it knows.

import type { Share } from "./cluster.ts";
import { ownersOf, SLOTS, shareOf, slotOf } from "./slots.ts";

/** What another view took and gave. */
export interface Moved {
  readonly lost: Share;
  readonly gained: Share;
}

export class Holdings {
  readonly #self: string;
  #owners: readonly string[] = ownersOf([]);
  /** 1 where this member owns the slot by a seat that it has. */
  #owned = new Uint8Array(SLOTS);
  /** 1 where it may serve it. */
  #ready = new Uint8Array(SLOTS);

  constructor(self: string) {
    this.#self = self;
  }

  ownerOf(id: string): string {
    return this.#owners[slotOf(id)]!;
  }

  isReady(id: string): boolean {
    return this.#ready[slotOf(id)] === 1;
  }

  /** Whether something is owned that may not be served yet. */
  get isWaiting(): boolean {
    return this.#owned.some((owned, slot) => owned !== this.#ready[slot]);
  }

  /**
   * Another view is in force. A member that is not `seated` in it owns nothing; where `keeps` is false, it has lost all it had, also
   * what it owns again.
   */
  view(members: readonly string[], seated: boolean, keeps: boolean): Moved {
    this.#owners = ownersOf(members);
    const before = this.#owned;
    const after = Uint8Array.from(this.#owners, (owner) => (seated && owner === this.#self ? 1 : 0));
    const lost = before.map((owned, slot) => (owned === 1 && (!keeps || after[slot] === 0) ? 1 : 0));
    const gained = after.map((owned, slot) => (owned === 1 && (!keeps || before[slot] === 0) ? 1 : 0));
    this.#owned = after;
    this.#ready = this.#ready.map((ready, slot) => (ready === 1 && keeps && after[slot] === 1 ? 1 : 0));
    return { lost: shareOf(lost), gained: shareOf(gained) };
  }

  /** All that is owned may be served. Hands back what could not before. */
  acquire(): Share {
    const fresh = this.#owned.map((owned, slot) => (owned === 1 && this.#ready[slot] === 0 ? 1 : 0));
    this.#ready = this.#owned.slice();
    return shareOf(fresh);
  }

  /** Nothing may be served any more, whatever is owned. */
  stop(): void {
    this.#ready = new Uint8Array(SLOTS);
  }
}
