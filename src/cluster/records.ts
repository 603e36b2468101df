// What this member knows of the records of its cluster, as it was told of them.

import type { Entry } from "./bucket-watch.ts";
import { type LeaseRecord, parseView, type View } from "./view.ts";

export const VIEW = "view";
const LEASE = "lease.";
export const leaseKey = (id: string): string => `${LEASE}${id}`;

/**
 * Stands for members of which nothing is known, since a bucket was made anew: whoever held a lease by the one before may still
 * hold it. Nobody renews it, so that all wait for as long as a lease lasts.
 */
export const UNKNOWN = "unknown";

export interface KnownLease extends LeaseRecord {
  /** Of the last write. */
  readonly sequence: number;
  /** When this member learned of it, by its clock. */
  readonly seenAt: number;
  /** When it last learned of a renewal; what others write of it is none. */
  readonly heardAt: number;
}

/** An epoch that no view ever has, so that whoever has "adopted" it is waited for in any. */
export const NO_EPOCH = Number.MAX_SAFE_INTEGER;

export const printLease = (adopted: number, renewal: number): string => JSON.stringify({ adopted, renewal });

export function parseLease(text: string): { readonly adopted: number; readonly renewal: number } {
  return JSON.parse(text) as { adopted: number; renewal: number };
}

export class Records {
  readonly #now: () => number;
  readonly leases = new Map<string, KnownLease>();
  #view: View | undefined;
  #heardSince = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The newest one; absent where there has never been one. */
  get view(): View | undefined {
    return this.#view;
  }

  /**
   * Takes what was written. `isWhole`: there is nothing else. Hands back whether the view is a newer one; `older` where there is no more than one
   * from before the newest that is known, which stays then.
   */
  take(entries: readonly Entry[], isWhole: boolean): "newer" | "older" | "same" {
    const before = this.#view?.epoch ?? 0;
    let epoch = isWhole ? 0 : before;
    if (isWhole) this.#forget(entries);
    for (const entry of entries) {
      if (entry.key === VIEW) epoch = this.#takeView(entry.value);
      else if (entry.key.startsWith(LEASE)) this.#takeLease(entry);
    }
    if (epoch === before) return "same";
    return epoch > before ? "newer" : "older";
  }

  /** This member was away, or stood still: silence counts from now. */
  hear(): void {
    this.#heardSince = this.#now();
  }

  /** For how long nothing has come from a member while there was somebody to hear it. */
  silenceOf(id: string): number {
    return this.#now() - Math.max(this.leases.get(id)?.seenAt ?? 0, this.#heardSince);
  }

  /** For how long nothing has come from a member. */
  unheardOf(id: string): number {
    return this.#now() - (this.leases.get(id)?.heardAt ?? this.#heardSince);
  }

  #forget(entries: readonly Entry[]): void {
    const keys = new Set(entries.map(({ key }) => key));
    for (const id of this.leases.keys()) if (!keys.has(leaseKey(id))) this.leases.delete(id);
    this.hear();
  }

  #takeView(text: string | undefined): number {
    const view = text === undefined ? undefined : parseView(text);
    // An older one is what a server that lost its data still has; it is made again above the newest known.
    if (view && view.epoch > (this.#view?.epoch ?? 0)) this.#view = view;
    return view?.epoch ?? 0;
  }

  #takeLease({ key, sequence, value }: Entry): void {
    const id = key.slice(LEASE.length);
    const known = this.leases.get(id);
    if (known?.sequence === sequence) return;
    const seenAt = this.#now();
    if (value === undefined)
      this.leases.set(id, {
        adopted: 0,
        isDead: true,
        sequence,
        seenAt,
        heardAt: known?.heardAt ?? this.#heardSince,
      });
    else
      this.leases.set(id, {
        adopted: parseLease(value).adopted,
        isDead: false,
        sequence,
        seenAt,
        heardAt: seenAt,
      });
  }
}
