// One wait for acknowledgements. It ends with the last of them, the refusal of the command, the deadline, or when its
// waiter is gone, whatever comes first; what comes after that changes nothing.

import { TwinError } from "../../base/errors.ts";
import type { LiveAnswer } from "../../signals/live.ts";
import { type Ack, isSuccess, refusedAck } from "./ack.ts";
import type { AwaitedAcks } from "./awaited.ts";
import { Collection } from "./collection.ts";
import { conflictFree } from "./conflict-free.ts";
import type { Deadlines } from "./deadlines.ts";
import type { Replies } from "./replies.ts";
import type { WaitingRoom } from "./waiting-room.ts";

/** Takes in an acknowledgement, which somebody else sent in so many characters. */
type Feed = (ack: Ack, characters?: number) => void;

/** What waits are kept in. */
export interface WaitParts {
  readonly deadlines: Deadlines;
  readonly room: WaitingRoom;
  readonly replies: Replies;
}

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
  /** By which others are to reply: that of the waiter, or one like it where another waits for replies to that. */
  readonly correlationId: string;
  readonly #resolve: (outcome: readonly Ack[] | "accepted") => void;
  readonly #reject: (error: unknown) => void;
  readonly #awaited: AwaitedAcks;
  readonly #waiter: Waiter;
  readonly #room: WaitingRoom;
  readonly #collection: Collection;
  readonly #ends: (() => void)[] = [];
  #isOver = false;
  #isCommitted = false;
  #isClosing = false;

  /**
   * Refuses with `too.many.requests` where there is no room for it. `onAnswer` takes in the answers to a live signal; it
   * must not throw.
   */
  constructor(
    awaited: AwaitedAcks,
    waiter: Waiter,
    { deadlines, room, replies }: WaitParts,
    onAnswer?: (answer: LiveAnswer) => void,
  ) {
    const { promise, resolve, reject } = Promise.withResolvers<readonly Ack[] | "accepted">();
    this.outcome = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#awaited = awaited;
    this.#waiter = waiter;
    this.#room = room;
    this.#collection = new Collection(awaited.labels);
    this.correlationId = conflictFree(replies, waiter.id, waiter.correlationId);
    this.#ends.push(
      room.enter(waiter.subject, waiter.characters + LABEL * awaited.labels.length),
      replies.expect(
        waiter.id,
        this.correlationId,
        onAnswer ? { onAck: this.feed, onAnswer } : { onAck: this.feed },
      ),
      deadlines.start(
        awaited.timeoutMs,
        () => this.#finish(),
        () => this.#close(),
      ),
    );
    this.#ends.push(waiter.onGone(() => this.#abandon())); // which may be at once
  }

  readonly feed: Feed = (ack, characters = 0) => {
    if (this.#isOver || !this.#collection.misses(ack.label)) return;
    this.#collection.ack(characters === 0 ? ack : this.#held(ack, characters));
    if (this.#collection.isComplete) this.#finish();
  };

  /** The command is committed, or the signal published; `ack` says so, where that is an acknowledgement. */
  commit(ack?: Ack): void {
    this.#isCommitted = true;
    this.#waiter.onCommitted();
    if (ack) this.feed(ack);
    if (this.#isClosing) this.#finish();
  }

  readonly fail = (error: unknown): void => {
    if (this.#end()) this.#reject(error);
    else if (!(error instanceof TwinError)) this.#waiter.onFault(error);
  };

  /** What came, or that there is no room for it. */
  #held(ack: Ack, characters: number): Ack {
    try {
      this.#ends.unshift(this.#room.hold(this.#waiter.subject, characters));
      return ack;
    } catch (error) {
      return refusedAck(ack.label, error as TwinError, this.#waiter.correlationId);
    }
  }

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
