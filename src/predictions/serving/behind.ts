// What is known of things, stored behind the predictions: of a thing that changes often, only about each second.

import { setTimeout as sleep } from "node:timers/promises";
import type { PredictorStore, StoredState } from "../stored/predictor-store.ts";
import type { Pace } from "./pace.ts";
import type { Known } from "./things.ts";

/** States of one statement, and their characters. */
const AT_ONCE = { states: 200, characters: 1_048_576 };
/** What takes more bytes is not stored: to write it down would hold up everything else. */
const LARGEST = 4_194_304;
/** What takes more bytes is stored less often. */
const OFTEN = 65_536;
/** Milliseconds that are waited for the states of things which another member is to serve. */
const RELEASE_MS = 2_000;

/** The characters that may still wait for the database; beyond, what waits longest is dropped, as it can be made again from history. */
export interface Room {
  left: number;
}

export interface BehindParts {
  /** Shared by all predictors. */
  readonly room: Room;
  readonly store: Pick<PredictorStore, "putStates">;
  readonly predictorId: string;
  readonly intervalMs: number;
  readonly pace: Pace;
  readonly onError: (error: unknown) => void;
}

/** Stores states of one predictor. Only those are stored all of whose predictions are settled, so that a crash shows what is missing. */
export class StatesBehind {
  readonly #parts: BehindParts;
  /** Changed states that are not saved, with the time since when. */
  readonly #changed = new Map<Known, number>();
  readonly #saved = new Map<string, StoredState>();
  /** Statements under way. */
  readonly #statements = new Set<Promise<void>>();
  #characters = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #isStopped = false;

  constructor(parts: BehindParts) {
    this.#parts = parts;
  }

  /** A state has changed, and all that was to be predicted from it is settled. */
  settled(known: Known): void {
    if (this.#isStopped) return;
    const now = performance.now();
    const since = this.#changed.get(known);
    if (since === undefined) this.#changed.set(known, now);
    // One that is always at work is saved when it has a moment.
    else if (now - since > this.#intervalOf(known)) this.save(known);
    this.#plan();
  }

  /** Saves a state now if it has changed and is settled, as it is about to leave. */
  save(known: Known): void {
    if (!this.#changed.delete(known)) return;
    const { thingId, fingerprint, state } = known;
    if (!known.isSettled) return;
    this.#drop(thingId);
    if (state.bytes > LARGEST) return;
    const saved = { thingId, fingerprint, revision: state.revision, state: state.save() };
    this.#saved.set(thingId, saved);
    this.#count(saved.state.length);
    for (const oldest of this.#saved.keys()) {
      if (this.#parts.room.left >= 0) break;
      this.#drop(oldest);
    }
    this.#plan();
  }

  /** Nothing is to be stored of it any more. */
  forget(known: Known): void {
    this.#changed.delete(known);
    this.#drop(known.thingId);
  }

  /** Nothing is to be stored of these things any more, in memory or not; resolves once nothing of them can reach the database. */
  async forgetAll(has: (thingId: string) => boolean): Promise<void> {
    for (const known of [...this.#changed.keys()]) if (has(known.thingId)) this.#changed.delete(known);
    for (const { thingId } of this.#savedOf(has)) this.#drop(thingId);
    await Promise.allSettled(this.#statements);
  }

  /** A state that waits to be stored, newer than the one in the database. */
  waiting(thingId: string): StoredState | undefined {
    return this.#saved.get(thingId);
  }

  /**
   * Another member is to serve these things: resolves once what was saved of them is stored. What the database does not take soon is
   * dropped, as the other one can make it from history.
   */
  async release(has: (thingId: string) => boolean): Promise<void> {
    const isLate = new AbortController();
    const { signal } = isLate;
    const late = sleep(RELEASE_MS, undefined, { signal, ref: false }).catch(() => undefined);
    await Promise.race([this.#store(this.#savedOf(has)), late]);
    isLate.abort();
    for (const { thingId } of this.#savedOf(has)) this.#drop(thingId);
  }

  /** Stores what is settled, and then nothing any more. */
  async stop(): Promise<void> {
    if (this.#isStopped) return;
    clearTimeout(this.#timer);
    await this.#writing;
    await this.#write(true);
    this.#isStopped = true;
  }

  #plan(): void {
    if (this.#timer || this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#writing = this.#write(false).finally(() => {
        this.#timer = undefined;
        if (this.#changed.size + this.#saved.size > 0) this.#plan();
      });
    }, this.#parts.intervalMs);
    this.#timer.unref();
  }

  /** Large ones are stored less often, as that takes so much longer. */
  #intervalOf({ state }: Known): number {
    return this.#parts.intervalMs * Math.max(1, state.bytes / OFTEN);
  }

  async #write(isLast: boolean): Promise<void> {
    const { pace } = this.#parts;
    for (const [known, since] of [...this.#changed]) {
      if (pace.isOver) await pace.turn();
      const { isSettled } = known;
      if (isSettled && (isLast || performance.now() - since > this.#intervalOf(known))) this.save(known);
      if (this.#saved.size >= AT_ONCE.states || this.#characters >= AT_ONCE.characters)
        await this.#store([...this.#saved.values()]);
    }
    await this.#store([...this.#saved.values()]);
    if (!isLast) return;
    this.#changed.clear();
    for (const thingId of [...this.#saved.keys()]) this.#drop(thingId);
  }

  #drop(thingId: string): void {
    this.#count(-(this.#saved.get(thingId)?.state.length ?? 0));
    this.#saved.delete(thingId);
  }

  #count(characters: number): void {
    this.#characters += characters;
    this.#parts.room.left -= characters;
  }

  #savedOf(has: (thingId: string) => boolean): readonly StoredState[] {
    return [...this.#saved.values()].filter(({ thingId }) => has(thingId));
  }

  async #store(states: readonly StoredState[]): Promise<void> {
    const { store, predictorId, onError } = this.#parts;
    // By its turn it may be forgotten, or there may be a newer one.
    const isWanted = (state: StoredState) => this.#saved.get(state.thingId) === state;
    for (const part of statementsOf(states)) {
      const wanted = part.filter(isWanted);
      if (wanted.length === 0) continue;
      const statement = store.putStates(predictorId, wanted);
      this.#statements.add(statement);
      try {
        await statement;
      } catch (error) {
        onError(error);
        return;
      } finally {
        this.#statements.delete(statement);
      }
      for (const state of wanted) if (isWanted(state)) this.#drop(state.thingId);
    }
  }
}

/** At least one state each, however long it is. */
function statementsOf(states: readonly StoredState[]): readonly (readonly StoredState[])[] {
  const statements: StoredState[][] = [];
  let characters = 0;
  for (const one of states) {
    const last = statements.at(-1);
    characters += one.state.length;
    if (last && last.length < AT_ONCE.states && characters <= AT_ONCE.characters) last.push(one);
    else {
      statements.push([one]);
      characters = one.state.length;
    }
  }
  return statements;
}
