// How far a member of a cluster is behind the journal, as others have to know when it crashes: what waits for longer than is usual
// is noted in the database, so that they know from when on they have to look.

import { setTimeout } from "node:timers/promises";
import type { Cluster } from "../../cluster/cluster.ts";
import type { SearchStore } from "../store.ts";

/** How often one looks, in milliseconds. */
const LOOK_MS = 1_000;
/** What is usual goes beyond what the settings let wait by so many milliseconds. */
const SPARE_MS = 5_000;
/** A note is made again when it is out by so many milliseconds. */
const WORTH_MS = 10_000;

const noteOf = (member: string): string => `index-behind ${member}`;

export interface BackwardnessParts {
  readonly store: Pick<SearchStore, "setMoment" | "momentAgo" | "dropState">;
  readonly cluster: Pick<Cluster, "isAlone" | "self">;
  /** How long a change may wait by the settings, in milliseconds. */
  readonly waitMs: number;
  /** For how long the oldest waits now. */
  readonly lagMs: () => number;
}

export class Backwardness {
  readonly #parts: BackwardnessParts;
  /** Nothing waits for longer than this without a note, in milliseconds. */
  readonly usualMs: number;
  /** By the clock of `performance`: since when something waits, as noted. */
  #noted: number | undefined;

  constructor(parts: BackwardnessParts) {
    this.#parts = parts;
    this.usualMs = parts.waitMs + SPARE_MS;
  }

  /** Looks again and again until `signal` ends it. What fails is tried again. */
  async watch(signal: AbortSignal): Promise<void> {
    if (this.#parts.cluster.isAlone) return;
    while (!signal.aborted) {
      await this.look().catch(() => undefined);
      await setTimeout(LOOK_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** Notes how it is, where the note is not true any more. */
  async look(): Promise<void> {
    const lagMs = this.#parts.lagMs();
    const since = performance.now() - lagMs;
    if (lagMs > this.usualMs - SPARE_MS / 2) {
      if (this.#noted !== undefined && this.#noted <= since && since - this.#noted < WORTH_MS) return;
      await this.#parts.store.setMoment(noteOf(this.#parts.cluster.self.id), lagMs);
      this.#noted = since;
    } else if (this.#noted !== undefined) await this.forget(this.#parts.cluster.self.id);
  }

  /** For how many milliseconds what a member had not written may have waited by now, besides the time for which it was not heard of. */
  async of(member: string): Promise<number> {
    return (await this.#parts.store.momentAgo(noteOf(member))) ?? 0;
  }

  /** Takes away the note of a member. */
  async forget(member: string): Promise<void> {
    await this.#parts.store.dropState(noteOf(member));
    if (member === this.#parts.cluster.self.id) this.#noted = undefined;
  }
}
