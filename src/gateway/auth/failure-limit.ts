// How often somebody may try wrong passwords.

import { hash } from "node:crypto";

export interface FailureSettings {
  /** Wrong passwords for one name from one address in a window; 0: any number. */
  readonly loginFailuresPerName: number;
  /** Wrong passwords from one address in a window, whatever the names; 0: any number. */
  readonly loginFailuresPerAddress: number;
  /** Milliseconds. A window begins with the first failure in it. */
  readonly loginFailuresWindow: number;
}

interface Count {
  failures: number;
  readonly until: number;
}

/** Takes an attempt back. */
export type Undo = () => void;

/** How many addresses, and again names at addresses, are counted at once; beyond, the oldest count is forgotten. */
const COUNTED = 50_000;

/**
 * Counts failures by address, and by name at an address: by name alone, anybody could lock out a user. An attempt counts
 * from its beginning, so that many at once are not more than many in a row, and is taken back where it succeeds.
 */
export class FailureLimit {
  readonly #settings: FailureSettings;
  readonly #now: () => number;
  readonly #names = new Map<string, Count>();
  readonly #addresses = new Map<string, Count>();

  constructor(settings: FailureSettings, now: () => number = Date.now) {
    this.#settings = settings;
    this.#now = now;
  }

  /** Whether nobody is locked, since no failure is remembered. */
  get isEmpty(): boolean {
    return this.#names.size === 0;
  }

  /** Seconds until a user who is known already may speak from this address again; 0: at once. */
  lockedFor(address: string, name: string): number {
    this.#forgetOld(this.#names);
    return this.#left(this.#names.get(keyOf(address, name)), this.#settings.loginFailuresPerName);
  }

  /** Counts an attempt, or gives the seconds until the next is possible. */
  attempt(address: string, name: string): Undo | number {
    const { loginFailuresPerName, loginFailuresPerAddress } = this.#settings;
    const key = keyOf(address, name);
    const addressKey = keyOf(address);
    const locked = this.#left(this.#names.get(key), loginFailuresPerName);
    if (locked > 0) return locked;
    const undoName = this.#count(this.#names, key);
    const lockedAddress = this.#left(this.#addresses.get(addressKey), loginFailuresPerAddress);
    // The name's count stands: who is known already passes a locked address, which must not help to guess.
    if (lockedAddress > 0) return lockedAddress;
    const undoAddress = this.#count(this.#addresses, addressKey);
    return () => {
      undoName();
      undoAddress();
    };
  }

  #left(count: Count | undefined, limit: number): number {
    if (limit === 0 || !count || count.failures < limit) return 0;
    return Math.max(0, Math.ceil((count.until - this.#now()) / 1000));
  }

  #count(counts: Map<string, Count>, key: string): Undo {
    let count = counts.get(key);
    if (!count || count.until <= this.#now()) {
      count = { failures: 0, until: this.#now() + this.#settings.loginFailuresWindow };
      counts.delete(key);
      counts.set(key, count);
      this.#forgetOld(counts);
    }
    const counted = count;
    counted.failures++;
    return () => {
      if (--counted.failures === 0 && counts.get(key) === counted) counts.delete(key);
    };
  }

  /** Windows are equally long, so the map has them in the order in which they end. */
  #forgetOld(counts: Map<string, Count>): void {
    for (const [key, { until }] of counts) {
      if (until > this.#now() && counts.size <= COUNTED) return;
      counts.delete(key);
    }
  }
}

/** A digest takes the same space for every name, where even a part of a long text would keep all of it in memory. */
const keyOf = (address: string, name = ""): string => hash("sha256", `${address} ${name}`, "base64");
