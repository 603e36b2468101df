// What a member that crashed had in memory and not in the index: each of the others looks through what the journal got lately, for
// what it owns since then.

import { setTimeout } from "node:timers/promises";
import type { Cluster, Gone, Share, ViewChange } from "../../cluster/cluster.ts";
import type { Journal, RecentPlace } from "../../journal/journal.ts";
import type { EntityKind } from "../../signals/signal.ts";
import type { Backwardness } from "./backwardness.ts";
import type { Log } from "./parts.ts";
import { type Steady, Stopped } from "./steady.ts";

/** Rows of one reading. */
const PAGE = 1_000;
/** Rows are visible some time after their moment, in milliseconds. */
const MARGIN_MS = 2_000;
/** What the database had not done yet for a member that was gone already is there after so many milliseconds. */
const AGAIN_MS = 10_000;
/** Whoever took over from one that crashed may crash before it is done: for so many milliseconds one looks back as far as for both. */
const REMEMBERED_MS = 120_000;

export interface CatchUpParts {
  readonly cluster: Pick<Cluster, "isAlone" | "owns" | "watch">;
  readonly recent: Journal["recent"];
  readonly steady: Steady;
  readonly backwardness: Pick<Backwardness, "usualMs" | "of" | "forget">;
  /** How many milliseconds ago it was last said that somebody keeps the index up, if that means anything. */
  readonly tendedAgo: () => Promise<number | undefined>;
  /** Tells of a change as if it were committed now; false where too much waits. */
  readonly tell: (kind: EntityKind, id: string, revision: number) => boolean;
  /** Resolves once all that was told of a kind is written. */
  readonly settled: (kind: EntityKind) => Promise<void>;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** See {@link AGAIN_MS} and {@link REMEMBERED_MS}. */
export interface Times {
  readonly againMs: number;
  readonly rememberedMs: number;
}

interface Crash {
  readonly member: string;
  /** By the clock of `performance`: what had been committed before was known to be in the index, but for what is noted. */
  readonly since: number;
  readonly at: number;
}

export class CatchUp {
  readonly #parts: CatchUpParts;
  readonly #times: Times;
  #crashes: readonly Crash[] = [];
  /** What this member has lost to others since it began to look. */
  #lost: Share[] = [];
  #isAsked = false;
  #isClosed = false;
  #running: Promise<void> | undefined;
  #looking: Promise<void> | undefined;
  /** Since when what it looks for may have waited, by the clock of `performance`. */
  #since: number | undefined;

  constructor(parts: CatchUpParts, times: Times = { againMs: AGAIN_MS, rememberedMs: REMEMBERED_MS }) {
    this.#parts = parts;
    this.#times = times;
    if (parts.cluster.isAlone) return;
    parts.cluster.watch({ viewed: (change) => this.#viewed(change) });
  }

  /** For how long the oldest of what it looks for waits, in milliseconds. */
  get lagMs(): number {
    return this.#since === undefined ? 0 : performance.now() - this.#since;
  }

  /** Resolves once it has looked, if it has to; but for what the database may still get of members that are gone. */
  async looked(): Promise<void> {
    await this.#looking;
  }

  #viewed({ gone, lost }: ViewChange): void {
    if (this.#running && !lost.isEmpty) this.#lost.push(lost);
    const crashed = gone.filter(({ isCrashed }) => isCrashed);
    if (crashed.length === 0 || this.#isClosed) return;
    const now = performance.now();
    this.#crashes = [
      ...this.#crashes.filter(({ at }) => now - at < this.#times.rememberedMs),
      ...crashed.map((one) => this.#crashOf(one, now)),
    ];
    for (const { member } of crashed) void this.#forgetLater(member.id);
    this.#isAsked = true;
    this.#running ??= this.#run();
  }

  #crashOf({ member, silentMs }: Gone, at: number): Crash {
    return { member: member.id, since: at - silentMs - this.#parts.backwardness.usualMs - MARGIN_MS, at };
  }

  async #run(): Promise<void> {
    try {
      while (this.#isAsked) {
        this.#isAsked = false;
        const crashes = this.#crashes;
        this.#since = Math.min(...crashes.map(({ since }) => since));
        this.#looking = this.#look(crashes);
        await this.#looking;
        await setTimeout(this.#times.againMs, undefined, { signal: this.#parts.signal, ref: false });
        await this.#look(crashes);
      }
    } catch (error) {
      this.#isClosed = this.#parts.signal.aborted;
      if (!(this.#isClosed || error instanceof Stopped))
        this.#parts.log.error(
          { err: error },
          "what a member had not written into the search index is not known",
        );
    } finally {
      this.#looking = undefined;
      // A crash that was seen before an error is still to be looked into.
      const isAsked = this.#isAsked && !this.#isClosed;
      this.#running = isAsked ? this.#run() : undefined;
      if (!isAsked) {
        this.#since = undefined;
        this.#lost = [];
      }
    }
  }

  /** Takes away the note of a member that crashed, once nobody has to know of it any more: others may not have looked yet. */
  async #forgetLater(member: string): Promise<void> {
    const { signal, steady, backwardness, log } = this.#parts;
    try {
      await setTimeout(this.#times.rememberedMs, undefined, { signal, ref: false });
      await steady.run(() => backwardness.forget(member));
    } catch (error) {
      if (!(signal.aborted || error instanceof Stopped))
        log.warn({ err: error }, "a note on a member that crashed is left behind");
    }
  }

  async #look(crashes: readonly Crash[]): Promise<void> {
    const { steady, backwardness, tendedAgo } = this.#parts;
    const noted = await steady.run(() => Promise.all(crashes.map(({ member }) => backwardness.of(member))));
    const tended = (await steady.run(tendedAgo)) ?? 0;
    const silent = performance.now() - Math.min(...crashes.map(({ since }) => since));
    const agoMs = Math.max(silent, tended + backwardness.usualMs, ...noted) + MARGIN_MS;
    this.#since = performance.now() - agoMs;
    const policies = await this.#tellRecent("policy", agoMs);
    const things = await this.#tellRecent("thing", agoMs);
    this.#parts.log.info(
      { things, policies, agoMs },
      "what crashed members may have left out of the search index is written",
    );
  }

  async #tellRecent(kind: EntityKind, agoMs: number): Promise<number> {
    const { recent, steady, tell, settled } = this.#parts;
    let told = 0;
    let after: RecentPlace | undefined;
    do {
      const from: RecentPlace | undefined = after;
      const page = await steady.run(() => recent(kind, agoMs, from, PAGE));
      for (const { id, revision } of page) {
        if (!this.#isMine(id)) continue;
        while (!tell(kind, id, revision)) await settled(kind);
        told++;
      }
      after = page.length < PAGE ? undefined : page.at(-1);
    } while (after);
    return told;
  }

  /** Also what it owned when it began to look, since who has got it may have looked before. */
  #isMine(id: string): boolean {
    return this.#parts.cluster.owns(id) || this.#lost.some((lost) => lost.has(id));
  }
}
