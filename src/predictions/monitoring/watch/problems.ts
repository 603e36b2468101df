// What a predictor may not, or cannot, do.

import type { JsonObject } from "../../../base/json/json.ts";
import { ownCopy } from "./own-copy.ts";

export type ProblemKind = "input-not-readable" | "output-not-writable" | "other";

interface Problem {
  readonly kind: ProblemKind;
  readonly thingId: string;
  readonly detail: string;
  readonly since: number;
  readonly at: number;
  readonly count: number;
}

/** Characters of a detail that are kept. */
const DETAIL = 500;

/** The newest problems, one of a kind for each thing, and one (of an empty ID) that is of none in particular. */
export class Problems {
  /** How often there was one of each kind, since the beginning. */
  readonly counts = new Map<ProblemKind, number>();
  readonly #most: number;
  readonly #open = new Map<string, Problem>();

  constructor(most = 50) {
    this.#most = most;
  }

  add(kind: ProblemKind, thingId: string, detail: string, now: number): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    const key = keyOf(kind, thingId);
    const known = this.#open.get(key);
    this.#open.delete(key); // one that comes again counts as new
    this.#open.set(key, {
      ...{ kind, thingId, detail: ownCopy(detail, DETAIL), at: now },
      ...{ since: known?.since ?? now, count: (known?.count ?? 0) + 1 },
    });
    if (this.#open.size <= this.#most) return;
    for (const oldest of this.#open.keys()) {
      this.#open.delete(oldest);
      return;
    }
  }

  /** Costs next to nothing while there is no problem at all. */
  clear(kind: ProblemKind, thingId: string): void {
    if (this.#open.size > 0) this.#open.delete(keyOf(kind, thingId));
  }

  /** The newest first. */
  json(): readonly JsonObject[] {
    return [...this.#open.values()].reverse().map(({ kind, thingId, detail, count, since, at }) => ({
      kind,
      ...(thingId !== "" && { thingId }),
      ...{ detail, count },
      since: new Date(since).toISOString(),
      at: new Date(at).toISOString(),
    }));
  }
}

const keyOf = (kind: ProblemKind, thingId: string): string => `${kind}\n${thingId}`;
