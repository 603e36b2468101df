// One wait for acknowledgements. It ends with the last of them, the refusal of the command, the deadline, or when its
// waiter is gone, whatever comes first; what comes after that changes nothing.

import { TwinError } from "../../base/errors.ts";
import { type Ack, isSuccess } from "./ack.ts";
import type { AwaitedAcks } from "./awaited.ts";
import { Collection } from "./collection.ts";
import type { Deadlines } from "./deadlines.ts";
import type { WaitingRoom } from "./waiting-room.ts";

/** Takes in what others acknowledge. */
export type Feed = (ack: Ack) => void;

/** Who waits for acknowledgements. It is kept while they are, so it must not hold the command. */
export interface Waiter {
  /** What the command is about. */
  readonly id: string;
  /** By whom the waits are counted. */
  readonly subject: string;
  readonly correlationId: string;
  /** Characters that are kept for it. */
  readonly characters: number;
  /** Calls back when nobody is left to be answered; gives what calls that off. */
  onGone(callback: () => void): () => void;
  /** Told once the command is committed, which may be let go of then. */
  onCommitted(): void;
  /** Told of what should not have happened after the wait had ended. */
  onFault(error: unknown): void;
}

/** What a label takes up while it is waited for, in characters. */
const LABEL = 100;

export class AckWait {
  readonly outcome: Promise<readonly Ack[] | "accepted">;
  readonly #resolve: (outcome: readonly Ack[] | "accepted") => void;
  readonly #reject: (error: unknown) => void;
  readonly #awaited: AwaitedAcks;
  readonly #waiter: Waiter;
  readonly #collection: Collection;
  readonly #ends: (() => void)[] = [];
  #isOver = false;
  #isCommitted = false;
  #isClosing = false;

  /** Refuses with `too.many.requests` where there is no room for it. */
  constructor(awaited: AwaitedAcks, waiter: Waiter, deadlines: Deadlines, room: WaitingRoom) {
    const { promise, resolve, reject } = Promise.withResolvers<readonly Ack[] | "accepted">();
    this.outcome = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#awaited = awaited;
    this.#waiter = waiter;
    this.#collection = new Collection(awaited.labels);
    this.#ends.push(
      room.enter(waiter.subject, waiter.characters + LABEL * awaited.labels.length),
      deadlines.start(
        awaited.timeoutMs,
        () => this.#finish(),
        () => this.#close(),
      ),
    );
    this.#ends.push(waiter.onGone(() => this.#abandon())); // which may be at once
  }

  readonly feed: Feed = (ack) => {
    if (this.#isOver) return;
    this.#collection.ack(ack);
    if (this.#collection.isComplete) this.#finish();
  };

  /** The command is committed; `ack` says so. */
  commit(ack: Ack): void {
    this.#isCommitted = true;
    this.#waiter.onCommitted();
    this.feed(ack);
    if (this.#isClosing) this.#finish();
  }

  readonly fail = (error: unknown): void => {
    if (this.#end()) this.#reject(error);
    else if (!(error instanceof TwinError)) this.#waiter.onFault(error);
  };

  #finish(): void {
    const { timeoutMs, responseRequired } = this.#awaited;
    if (!this.#end()) return;
    const acks = this.#collection.result(timeoutMs, this.#waiter.correlationId);
    if (responseRequired) this.#resolve(acks);
    else this.#resolve(acks.every(isSuccess) ? "accepted" : acks.map(statusOf));
  }

  #abandon(): void {
    if (this.#end()) this.#resolve("accepted");
  }

  // A server that stops finishes what it has accepted, but waits for nobody else.
  #close(): void {
    this.#isClosing = true;
    if (this.#isCommitted) this.#finish();
  }

  /** Gives back what the wait holds; says whether it had not ended before. */
  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    for (const end of this.#ends) end();
    return true;
  }
}

const statusOf = ({ label, status }: Ack): Ack => ({
  label,
  status,
  headers: { "response-required": false },
});
