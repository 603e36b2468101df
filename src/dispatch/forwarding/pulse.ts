// When to try again what nobody could do yet: at each change of what may be served, and now and then in between.

import type { Cluster } from "../../cluster/cluster.ts";

/** How often others are asked again of whose changes nothing is known here, in milliseconds. */
const BEAT_MS = 25;

/** One timer for all who wait. */
export class Pulse {
  readonly #cluster: Cluster;
  #next: PromiseWithResolvers<boolean> | undefined;
  #isWatching = false;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Resolves after so many beats, or at once with a change. */
  async wait(beats: number): Promise<void> {
    for (let i = 0; i < beats; i++) if (await this.#beat()) return;
  }

  /** The next change (true) or beat, whichever comes first. */
  #beat(): Promise<boolean> {
    if (!this.#next) {
      const next = Promise.withResolvers<boolean>();
      this.#next = next;
      setTimeout(() => this.#end(next, false), BEAT_MS).unref();
    }
    this.#watch();
    return this.#next.promise;
  }

  #end(beat: PromiseWithResolvers<boolean> | undefined, isChange: boolean): void {
    if (beat && this.#next === beat) this.#next = undefined;
    beat?.resolve(isChange);
  }

  /** One look at a time, since what it waits for may not come for hours. */
  #watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    void this.#cluster.nextChange().then(() => {
      this.#isWatching = false;
      this.#end(this.#next, true);
    });
  }
}
