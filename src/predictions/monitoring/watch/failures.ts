// Why there was no prediction, by reason.

import { type JsonObject, type JsonValue, putKey } from "../../../base/json/json.ts";
import { rounded } from "../statistics/rounded.ts";
import { SlidingCounts } from "../statistics/sliding-counts.ts";
import { ownCopy } from "./own-copy.ts";

/** Reasons beyond count as this one. */
const MOST_REASONS = 16;
const OTHER = "other";
/** Characters of a detail that are kept. */
const DETAIL = 500;

export class Failures {
  readonly byReason = new Map<string, number>();
  readonly #window: SlidingCounts;
  #last: { readonly reason: string; readonly detail: string; readonly at: number } | undefined;

  constructor(windowSize: number) {
    this.#window = new SlidingCounts(1, windowSize);
  }

  /** A prediction was made. */
  success(): void {
    this.#window.begin();
  }

  add(reason: string, detail: string, now: number): void {
    this.#window.begin();
    this.#window.count(0);
    const known = this.byReason.has(reason) || this.byReason.size < MOST_REASONS ? reason : OTHER;
    this.byReason.set(known, (this.byReason.get(known) ?? 0) + 1);
    this.#last = { reason, detail: ownCopy(detail, DETAIL), at: now };
  }

  /** Of predictions that were tried, in the window. */
  share(): number | undefined {
    const { trials } = this.#window;
    return trials === 0 ? undefined : this.#window.sum(0) / trials;
  }

  json(): JsonObject {
    const reasons: { [reason: string]: JsonValue } = {};
    for (const [reason, count] of this.byReason) putKey(reasons, reason, count);
    const last = this.#last && { ...this.#last, at: new Date(this.#last.at).toISOString() };
    return {
      count: [...this.byReason.values()].reduce((sum, count) => sum + count, 0),
      share: rounded(this.share()),
      reasons,
      last: last ?? null,
    };
  }
}
