// One line of batches: at most one in flight, the next gathers behind it.

import { setTimeout as pause } from "node:timers/promises";
import { type Append, idsOf, rowsOf, splitRepeated } from "./batch.ts";
import { isConflict, isDataException } from "./database.ts";
import type { JournalObservation } from "./journal.ts";
import { DataRefused, JournalUnavailable, RevisionTaken } from "./journal.ts";
import type { RowSink, WriterLimits } from "./sink.ts";

const PROBE_FIRST_MS = 20;
const PROBE_MOST_MS = 500;
/** Rounds of taking out what is refused before a batch counts as failed. */
const ROUNDS = 5;

/**
 * Modes and moves:
 *
 *   idle ──add──► gathering ──end of this turn of the event loop──► writing ──committed, more queued──┐
 *    ▲                                                               │  ▲ └───────────────────────────┘
 *    ├──────────────committed, queue empty───────────────────────────┤  │
 *    │                                                             failed │
 *    │                                                               ▼    │
 *    └──────────────answers again, queue empty──────────────────── down ──┘ answers again
 *
 * While down the queue waits, each append until its deadline.
 */
export class Lane {
  readonly #index: number;
  readonly #sink: RowSink;
  readonly #limits: WriterLimits;
  readonly #forget: (append: Append) => void;
  readonly #observe: (fact: JournalObservation) => void;
  #mode: "idle" | "gathering" | "writing" | "down" = "idle";
  #queue: Append[] = [];
  #flying: readonly Append[] = [];
  #closed: (() => void) | undefined;

  constructor(
    index: number,
    sink: RowSink,
    limits: WriterLimits,
    /** Called for each append just before it is settled. */
    forget: (append: Append) => void,
    observe: (fact: JournalObservation) => void,
  ) {
    this.#index = index;
    this.#sink = sink;
    this.#limits = limits;
    this.#forget = forget;
    this.#observe = observe;
  }

  add(append: Append): void {
    this.#queue.push(append);
    if (this.#mode !== "idle") return;
    this.#mode = "gathering";
    // Every request read in this turn of the event loop joins the batch; nothing waits for a timer.
    setImmediate(() => void this.#run());
  }

  /** Fails what has waited too long. An id in flight is left until its batch is told, so that answers keep their order. */
  expire(now: number): void {
    const head = this.#queue[0];
    if (head === undefined || head.deadline > now) return;
    const flying = idsOf(this.#flying);
    const late = idsOf(this.#queue.filter((append) => append.deadline <= now && !flying.has(append.id)));
    this.#settle(
      this.#withdraw(late),
      new JournalUnavailable("The database did not take the event in time."),
    );
    this.#drained();
  }

  /** Resolves once nothing is queued or in flight. */
  close(): Promise<void> {
    return new Promise((closed) => {
      this.#closed = closed;
      this.#drained();
    });
  }

  async #run(): Promise<void> {
    this.#mode = "writing";
    let written = this.#next();
    while (written !== undefined) {
      const failure = await written.then(
        () => undefined,
        (error: unknown) => ({ error }),
      );
      if (failure !== undefined) await this.#failed(failure.error);
      const committed = failure === undefined ? this.#flying : [];
      // The database works on the next batch while this thread answers for the last.
      written = this.#next();
      this.#settle(committed);
      // Whoever was just told may have asked for more.
      written ??= this.#next();
    }
    this.#mode = "idle";
    this.#drained();
  }

  /** Sends the next batch off, if anything is queued. */
  #next(): Promise<void> | undefined {
    this.#flying = this.#take();
    return this.#flying.length > 0 ? this.#insert(this.#flying) : undefined;
  }

  #take(): readonly Append[] {
    let count = 0;
    let rows = 0;
    let bytes = 0;
    for (const append of this.#queue) {
      rows += append.rows.length;
      bytes += append.bytes;
      if (count > 0 && (rows > this.#limits.batchRows || bytes > this.#limits.batchBytes)) break;
      count++;
    }
    if (count < this.#queue.length) return this.#queue.splice(0, count);
    const all = this.#queue;
    this.#queue = [];
    return all;
  }

  #insert(batch: readonly Append[]): Promise<void> {
    return this.#sink.insert(this.#index, rowsOf(batch));
  }

  /** The batch in flight was not committed: tells whom it concerns, and comes back when the lane may go on. */
  async #failed(error: unknown): Promise<void> {
    let reason = error;
    for (let round = 0; round < ROUNDS && (isConflict(reason) || isDataException(reason)); round++) {
      try {
        await (isConflict(reason) ? this.#withoutTaken() : this.#oneByOne());
        return;
      } catch (again) {
        reason = again;
      }
    }
    const lost = this.#flying;
    this.#flying = [];
    const message = reason instanceof Error ? reason.message : String(reason);
    const victims = this.#withdraw(idsOf(lost));
    this.#mode = "down";
    this.#settle(lost, new JournalUnavailable(message, { cause: reason, mayBeWritten: true }));
    this.#settle(victims, new JournalUnavailable(message, { cause: reason }));
    await this.#recover(message);
    this.#mode = "writing";
  }

  async #withoutTaken(): Promise<void> {
    await this.#dropTaken();
    if (this.#flying.length > 0) await this.#insert(this.#flying);
    const committed = this.#flying;
    this.#flying = [];
    this.#settle(committed);
  }

  /** Commits the appends one after another, so that those whose data the database refuses fail alone. */
  async #oneByOne(): Promise<void> {
    for (let next = this.#flying[0]; next !== undefined; next = this.#flying[0]) {
      try {
        await this.#insert([next]);
      } catch (error) {
        if (!isDataException(error)) throw error;
        this.#refuse(next, error);
        continue;
      }
      this.#flying = this.#flying.slice(1);
      this.#settle([next]);
    }
  }

  /** Fails an append, and what follows it of its id: that was decided on a state which is none. */
  #refuse(refused: Append, cause: unknown): void {
    const later = this.#flying.filter((append) => append.id === refused.id && append !== refused);
    const victims = [...later, ...this.#withdraw(new Set([refused.id]))];
    this.#flying = this.#flying.filter((append) => append.id !== refused.id);
    this.#settle([refused], new DataRefused("The database refused the data of an event.", { cause }));
    this.#settle(victims, new JournalUnavailable("The database refused the event before this one."));
  }

  /** Takes the ids whose revisions are in use out of the batch and out of the queue behind it. */
  async #dropTaken(): Promise<void> {
    const taken = await this.#sink.taken(rowsOf(this.#flying));
    const stale = this.#flying.filter((append) => taken.has(append.id));
    const { first, again } = splitRepeated(this.#flying.filter((append) => !taken.has(append.id)));
    this.#flying = first;
    // Once the first of them is committed, the others meet it in the database.
    this.#queue.unshift(...again);
    this.#settle(
      [...stale, ...this.#withdraw(taken)],
      new RevisionTaken("Another writer has used the revision."),
    );
  }

  async #recover(reason: string): Promise<void> {
    const since = performance.now();
    this.#observe({ what: "journal-lost", lane: this.#index, reason });
    let wait = PROBE_FIRST_MS;
    while (this.#closed === undefined || this.#queue.length > 0) {
      await pause(wait);
      wait = Math.min(2 * wait, PROBE_MOST_MS);
      if (await this.#answers()) {
        this.#observe({ what: "journal-back", lane: this.#index, after: performance.now() - since });
        return;
      }
    }
  }

  #answers(): Promise<boolean> {
    return this.#sink.probe(this.#index).then(
      () => true,
      () => false,
    );
  }

  /** Takes everything of these ids out of the queue. */
  #withdraw(ids: ReadonlySet<string>): readonly Append[] {
    if (ids.size === 0) return [];
    const withdrawn = this.#queue.filter((append) => ids.has(append.id));
    if (withdrawn.length > 0) this.#queue = this.#queue.filter((append) => !ids.has(append.id));
    return withdrawn;
  }

  #settle(appends: readonly Append[], error?: Parameters<Append["settled"]>[0]): void {
    for (const append of appends) {
      this.#forget(append);
      try {
        append.settled(error);
      } catch (thrown) {
        // Its own affair: the appends of others must still be told.
        queueMicrotask(() => {
          throw thrown;
        });
      }
    }
  }

  #drained(): void {
    if (this.#closed === undefined || this.#queue.length > 0 || this.#flying.length > 0) return;
    if (this.#mode === "idle" || this.#mode === "down") this.#closed();
  }
}
