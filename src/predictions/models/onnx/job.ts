// What a lane has its process do.

import type { Call } from "./call.ts";
import type { Answer } from "./messages.ts";
import type { Session } from "./session.ts";

/** The process ended, or its room was needed, before the job's turn: it may be asked again. */
export const AGAIN = Symbol("again");

export interface Job {
  readonly session: Session;
  readonly kind: "open" | "run" | "close";
  readonly frame: Uint8Array;
  /** Of an `open`. */
  readonly file?: readonly Uint8Array[];
  /** From the moment at which nothing is before it in the process. */
  readonly limitMs: number;
  /** Absent: it is done whether or not somebody waits. */
  readonly call?: Call;
  readonly done: PromiseWithResolvers<Answer | typeof AGAIN>;
}
