// The things that predictors know of, as far as they are in memory: those that were not used for longest leave first.

import type { ThingState } from "./thing-state.ts";

/** A thing of one predictor. */
export interface Known {
  readonly thingId: string;
  readonly state: ThingState;
  /** By what the state was made. */
  readonly fingerprint: string;
  /** Those who work on it now: it must stay. */
  users: number;
  /** Whether all that it asked for has become what it is to become: what is not so must not be stored. */
  isSettled: boolean;
  /** What was counted for it. */
  bytes: number;
  /** Told when it leaves, unless it is forgotten. */
  leave(): void;
}

/** Attempts to find one that may leave; beyond, the bound is kept later. */
const ATTEMPTS = 64;

/** The states of all predictors together, bounded by the memory that they take. */
export class Things {
  readonly #capacity: number;
  readonly #known = new Map<string, Known>();
  #bytes = 0;

  /** @param capacity in bytes */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** What is known of a thing, which counts as used now. */
  get(predictorId: string, thingId: string): Known | undefined {
    const key = keyOf(predictorId, thingId);
    const known = this.#known.get(key);
    if (!known) return undefined;
    this.#known.delete(key);
    this.#known.set(key, known);
    return known;
  }

  has(predictorId: string, thingId: string): boolean {
    return this.#known.has(keyOf(predictorId, thingId));
  }

  /** Takes a state in, or counts it anew after it has grown. */
  put(predictorId: string, known: Known): void {
    const key = keyOf(predictorId, known.thingId);
    const before = this.#known.get(key);
    if (before) this.#bytes -= before.bytes;
    known.bytes = known.state.bytes;
    this.#bytes += known.bytes;
    this.#known.delete(key);
    this.#known.set(key, known);
    if (this.#bytes > this.#capacity) this.#makeRoom();
  }

  forget(predictorId: string, thingId: string): void {
    const key = keyOf(predictorId, thingId);
    this.#bytes -= this.#known.get(key)?.bytes ?? 0;
    this.#known.delete(key);
  }

  /** Those of a predictor that are in memory. */
  *of(predictorId: string): Generator<Known> {
    const prefix = keyOf(predictorId, "");
    for (const [key, known] of this.#known) if (key.startsWith(prefix)) yield known;
  }

  /** Forgets all things of a predictor. */
  forgetAll(predictorId: string): void {
    for (const { thingId } of this.of(predictorId)) this.forget(predictorId, thingId);
  }

  #makeRoom(): void {
    let attempts = 0;
    for (const [key, known] of this.#known) {
      if (this.#bytes <= this.#capacity || ++attempts > ATTEMPTS) return;
      this.#known.delete(key);
      if (known.users > 0) {
        this.#known.set(key, known);
        continue;
      }
      this.#bytes -= known.bytes;
      known.leave();
    }
  }
}

const keyOf = (predictorId: string, thingId: string): string => `${predictorId}\n${thingId}`;
