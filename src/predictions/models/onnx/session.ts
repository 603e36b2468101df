// One opened model as the server keeps it. Its file is not kept: it is read again when a process has to load it again.

import { ModelFault } from "../scoring.ts";
import type { RunPlan } from "./messages.ts";

/** Doubled with each failure up to the longest. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** So many runs must go well until it runs beside others again. */
const TRIALS = 10;

/** New until it ran once. */
export type Stage = "new" | "trusted" | "failed";

let sessions = 0;

/** A model that hung or crashed pauses, for longer each time, and then has to prove itself apart from the others. */
export class Session {
  readonly id = sessions++;
  readonly read: () => AsyncIterable<Uint8Array>;
  /** Must be there before it is run. */
  plan: RunPlan | undefined;
  isClosed = false;
  #failures = 0;
  /** Of `performance.now()`. */
  #pausedUntil = 0;
  #stage: Stage = "new";
  #trialsLeft = TRIALS;

  constructor(read: () => AsyncIterable<Uint8Array>) {
    this.read = read;
  }

  get stage(): Stage {
    return this.#stage;
  }

  /** @throws ModelFault while it pauses, or once it is closed */
  refuseUnlessReady(): void {
    if (this.isClosed) throw new ModelFault("unavailable", "The model is closed.");
    const leftMs = this.#pausedUntil - performance.now();
    if (leftMs <= 0) return;
    const seconds = Math.ceil(leftMs / 1_000);
    throw new ModelFault("unavailable", `The model hung or crashed; it is asked again in ${seconds} s.`);
  }

  /** It hung, crashed, or took too much memory. */
  blame(): void {
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** this.#failures++, LONGEST_PAUSE_MS);
    this.#pausedUntil = performance.now() + pauseMs;
    this.#stage = "failed";
    this.#trialsLeft = TRIALS;
  }

  /** True where this was the run that made it trusted. */
  praise(): boolean {
    this.#failures = 0;
    if (this.#stage === "trusted" || (this.#stage === "failed" && --this.#trialsLeft > 0)) return false;
    this.#stage = "trusted";
    return true;
  }
}
