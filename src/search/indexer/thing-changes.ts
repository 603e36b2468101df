// Things that change: their newest committed states are written into the index, batch by batch, each thing once.

import { Backlog, type Change } from "./backlog.ts";
import { indexOverloaded, indexUnavailable } from "./errors.ts";
import { Loop } from "./loop.ts";
import type { OnIndexed } from "./parts.ts";
import { type Patience, patience } from "./patience.ts";
import { type Steady, Stopped } from "./steady.ts";
import { type Taken, ThingWriter, type ThingWriterParts } from "./thing-writer.ts";

/** Things of one batch. */
const ROWS = 250;
/** Most who wait to be told that a thing is in the index. */
const MAX_TOLD = 10_000;

export interface ThingChangesParts extends ThingWriterParts {
  readonly steady: Steady;
  /** Nothing is written before. */
  readonly ready: Promise<void>;
  readonly intervalMs: number;
  /** How long a change waits at most while the load is high. */
  readonly lagUnderLoadMs: number;
  readonly most: number;
  /** Told when so much waits that a change is not remembered. */
  readonly onOverflow: () => void;
  /** Told when changes are given up for a reason that nobody foresaw. */
  readonly onFault: () => void;
}

export class ThingChanges {
  readonly #parts: ThingChangesParts;
  readonly #backlog: Backlog;
  readonly #loop: Loop;
  readonly #writer: ThingWriter;
  readonly #patience: Patience;
  #lastStart = Number.NEGATIVE_INFINITY;
  /** Ends a rest; and one that lets a batch come together. */
  #hurry: (() => void) | undefined;
  #fill: (() => void) | undefined;
  /** Who waits to be told; and those of them who are not under way. */
  #told = 0;
  #toldWaiting = 0;
  #isDraining = false;
  #isAbandoned = false;

  constructor(parts: ThingChangesParts) {
    this.#parts = parts;
    this.#backlog = new Backlog(parts.most);
    this.#writer = new ThingWriter(parts, (change, error) => this.#tell(change, error));
    this.#patience = patience(parts.lagUnderLoadMs);
    this.#loop = new Loop(
      parts.ready,
      () => this.#backlog.size > 0,
      () => this.#writeBatch(),
    );
  }

  get waiting(): number {
    return this.#backlog.size;
  }

  /** Rows written since the start. */
  get written(): number {
    return this.#writer.written;
  }

  /** For how long the oldest change waits, in milliseconds. */
  get lagMs(): number {
    const { since } = this.#backlog;
    return since === undefined ? 0 : Math.max(Date.now() - since, 0);
  }

  /** Whether a thing waits or is being written. */
  isPending(id: string): boolean {
    return this.#backlog.underWay(id) !== undefined || this.#backlog.has(id);
  }

  /** Tells of a committed change, and perhaps of who wants to know when it is in the index. */
  tell(id: string, revision: number, onIndexed?: OnIndexed): void {
    if (this.#isAbandoned) {
      this.#parts.onFault();
      onIndexed?.(indexUnavailable());
      return;
    }
    const { isAway } = this.#parts.steady;
    if (onIndexed && !isAway && this.#joinUnderWay(id, revision, onIndexed)) return;
    const change = this.#backlog.tell(id, revision);
    if (!change) this.#parts.onOverflow();
    // As those who waited when the database went away.
    if (isAway) onIndexed?.(indexUnavailable());
    else if (onIndexed) this.#await(change, onIndexed);
    if (this.#backlog.size >= ROWS) this.#fill?.();
    this.#loop.wake();
  }

  /**
   * Has a thing written though it did not change; where it is not recorded, its row goes up to a revision. False, and
   * nothing is done, where too much waits already.
   */
  rewrite(id: string, clears: number): boolean {
    const change = this.#backlog.tell(id, 0);
    if (change) change.clears = Math.max(change.clears, clears);
    this.#loop.wake();
    return change !== undefined;
  }

  #await(change: Change | undefined, onIndexed: OnIndexed): void {
    if (!change || this.#told >= MAX_TOLD) {
      onIndexed(indexOverloaded());
      return;
    }
    change.told ??= [];
    change.told.push(onIndexed);
    this.#told++;
    this.#toldWaiting++;
    this.#hurry?.();
  }

  /** What was told of a revision before its batch was taken is in that batch. */
  #joinUnderWay(id: string, revision: number, onIndexed: OnIndexed): boolean {
    const change = this.#backlog.underWay(id);
    if (!change || change.revision < revision || this.#told >= MAX_TOLD) return false;
    change.told ??= [];
    change.told.push(onIndexed);
    this.#told++;
    return true;
  }

  /** Resolves once everything told before the call is written, without rests meanwhile. */
  settled(): Promise<void> {
    const settled = this.#backlog.settled();
    this.#hurry?.();
    return settled;
  }

  /** Rests no more between writes. */
  drain(): void {
    this.#isDraining = true;
    this.#hurry?.();
  }

  asleep(): Promise<void> {
    return this.#loop.asleep();
  }

  /** Tells those who wait that there is nothing to wait for any more. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#tellAll(this.#backlog.take(Number.POSITIVE_INFINITY), indexUnavailable());
    this.#backlog.done();
  }

  async #writeBatch(): Promise<void> {
    await this.#rest();
    this.#lastStart = performance.now();
    const taken = this.#backlog.take(ROWS);
    this.#toldWaiting -= this.#toldIn(taken);
    try {
      await this.#parts.steady.run(
        () => this.#writer.write(taken),
        () => this.#onFailure(taken),
      );
      this.#tellAll(taken);
    } catch (error) {
      if (error instanceof Stopped) {
        this.#tellAll(taken, indexUnavailable());
        throw error;
      }
      this.#parts.log.error({ err: error }, "things could not be written into the search index");
      this.#parts.onFault();
      this.#tellAll(taken, indexUnavailable());
    }
    this.#backlog.done();
  }

  /** What a statement without an answer did is not known, nor whether it is over. */
  #onFailure(taken: Taken): void {
    this.#parts.onFault();
    this.#tellAll(taken, indexUnavailable());
  }

  #toldIn(taken: Taken): number {
    let told = 0;
    for (const change of taken.values()) told += change.told?.length ?? 0;
    return told;
  }

  /** Lets changes come together, unless somebody waits: those of a batch, and under load those of each thing. */
  async #rest(): Promise<void> {
    const rest = this.#lastStart + this.#parts.intervalMs - performance.now();
    if (rest > 0 && !this.#isUrgent() && this.#backlog.size < ROWS) await this.#pause(rest, true);
    while (!this.#isUrgent()) {
      const longer = this.#patience.restMs(this.lagMs);
      if (longer === 0) return;
      await this.#pause(longer, false);
    }
  }

  async #pause(ms: number, untilFull: boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#hurry = () => {
        clearTimeout(timer);
        resolve();
      };
      if (untilFull) this.#fill = this.#hurry;
    });
    this.#hurry = undefined;
    this.#fill = undefined;
  }

  /** Also where so much waits that soon a change would not be remembered. */
  #isUrgent(): boolean {
    const { size, isAwaited } = this.#backlog;
    return this.#isDraining || isAwaited || this.#toldWaiting > 0 || size >= this.#parts.most / 2;
  }

  #tellAll(taken: Taken, error?: unknown): void {
    for (const change of taken.values()) this.#tell(change, error);
  }

  #tell(change: Change, error: unknown): void {
    const { told = [] } = change;
    change.told = undefined;
    this.#told -= told.length;
    for (const tell of told) tell(error);
  }
}
