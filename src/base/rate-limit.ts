// How often each of many may do something: so many a second, and so many at once after a pause.

import { hash } from "node:crypto";

export interface Rate {
  readonly perSecond: number;
  /** How many may come at once after a pause; at least 1. */
  readonly burst: number;
}

/** How many are remembered at once; beyond, who has asked least recently is forgotten and begins anew. */
const REMEMBERED = 50_000;
/** Longer names are remembered by a digest. */
const MAX_NAME = 100;

/**
 * Counts by name (GCRA: one number each, the moment until which what was allowed is used up). What is refused does not
 * count. A name is remembered only as long as it makes a difference, and the memory is bounded.
 */
export class RateLimit {
  readonly #intervalMs: number;
  readonly #aheadMs: number;
  readonly #most: number;
  readonly #now: () => number;
  /** In the order in which the names asked last. */
  readonly #usedUntil = new Map<string, number>();

  constructor({ perSecond, burst }: Rate, most = REMEMBERED, now: () => number = () => performance.now()) {
    this.#intervalMs = 1_000 / perSecond;
    this.#aheadMs = (burst - 1) * this.#intervalMs;
    this.#most = most;
    this.#now = now;
  }

  /** How many names are remembered. */
  get size(): number {
    return this.#usedUntil.size;
  }

  /** Counts one; gives 0 where it is allowed, else the milliseconds until one is. */
  take(name: string): number {
    const key = name.length > MAX_NAME ? hash("sha256", name, "base64") : name;
    const now = this.#now();
    this.#forget(now);
    const used = Math.max(this.#usedUntil.get(key) ?? 0, now);
    const early = used - now - this.#aheadMs;
    // Sums of fractions may be off by a hair.
    if (early > 1e-6) return early;
    this.#usedUntil.delete(key);
    this.#usedUntil.set(key, used + this.#intervalMs);
    return 0;
  }

  /** Two a call at most, so that it costs little and yet goes faster than names can be added. */
  #forget(now: number): void {
    let looked = 0;
    for (const [key, until] of this.#usedUntil) {
      if (looked++ === 2 || (until > now && this.#usedUntil.size < this.#most)) return;
      this.#usedUntil.delete(key);
    }
  }
}
