// Where ONNX models run: in lanes of their own processes. One more lane is for files that are uploaded, one for models that are
// opened, and one for those that hung or crashed, so that each of these holds up only its like.

import { ModelFault } from "../scoring.ts";
import { Call } from "./call.ts";
import { Lane, type LaneOptions, type Ran } from "./lane.ts";
import type { Graph } from "./messages.ts";
import type { Session } from "./session.ts";
import { Turns } from "./turns.ts";

/** Runs that wait at a time. */
const MAX_WAITING = 1_000;
/** Somebody waits for it: whatever others upload, he is answered within the sum of the times. */
const UPLOADS = { maxWaiting: 8, waitMs: 6_000 };
const UPLOAD_MS = 4_000;
/** At the start of a server all of its models are opened. */
const OPENINGS = { maxWaiting: 10_000, waitMs: 60_000 };

export class OnnxRuntime {
  readonly #lanes: readonly Lane[];
  readonly #uploads: Lane;
  readonly #uploadTurns = new Turns(UPLOADS);
  readonly #openings: Lane;
  readonly #openingTurns = new Turns(OPENINGS);
  readonly #probation: Lane;
  readonly #all: readonly Lane[];
  #waiting = 0;

  constructor(lanes: number, options: LaneOptions) {
    this.#lanes = Array.from({ length: lanes }, () => new Lane(options));
    this.#uploads = new Lane({ ...options, openMs: UPLOAD_MS });
    this.#openings = new Lane(options);
    this.#probation = new Lane(options);
    this.#all = [...this.#lanes, this.#uploads, this.#openings, this.#probation];
  }

  /** Of the processes there are now. */
  get pids(): number[] {
    return this.#all.flatMap(({ pid }) => pid ?? []);
  }

  /** Loads a model where it is to run, and tells its graph. Rejects as a lane does. */
  load(session: Session): Promise<Graph> {
    return this.#laneOf(session).load(session);
  }

  /** Whether a file can be loaded, told within ten seconds. Rejects as a lane does, and as turns do. */
  check(session: Session, owner: string): Promise<void> {
    return this.#uploadTurns.take(owner, async () => {
      await this.#uploads.load(session);
      await this.#uploads.unload(session);
    });
  }

  /** Does what there is to do with a new model, where it holds up none that is served. Rejects as the work does, and as turns do. */
  tryOut<Result>(session: Session, owner: string, work: () => Promise<Result>): Promise<Result> {
    return this.#openingTurns.take(owner, async () => {
      try {
        return await work();
      } finally {
        await this.#openings.unload(session);
      }
    });
  }

  /** Rejects with ModelFault, and where the model has to be loaded again as `load` does. */
  async run(session: Session, frame: Uint8Array, limitMs: number, signal: AbortSignal): Promise<Ran> {
    session.refuseUnlessReady();
    if (this.#waiting >= MAX_WAITING) throw new ModelFault("overloaded", "Too many wait for ONNX models.");
    this.#waiting++;
    using call = new Call(limitMs, signal);
    try {
      const lane = this.#laneOf(session);
      const run = lane.run(session, frame, limitMs, call);
      const tensors = await Promise.race([run, call.over]);
      if (session.praise()) await lane.unload(session);
      return tensors;
    } finally {
      this.#waiting--;
    }
  }

  /** Resolves once nothing of it is left in any process. */
  async closeSession(session: Session): Promise<void> {
    session.isClosed = true;
    await Promise.all(this.#all.map((lane) => lane.unload(session)));
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((lane) => lane.close()));
  }

  #laneOf(session: Session): Lane {
    switch (session.stage) {
      case "new":
        return this.#openings;
      case "trusted":
        return this.#lanes[session.id % this.#lanes.length] as Lane;
      case "failed":
        return this.#probation;
    }
  }
}
