// The messages of one partition that is assigned to us, on their way from the broker to their settlement.
//
// It flows until a message is to be redelivered. Then it is "turning": nothing more is handed over, and as soon as all that was handed
// over is settled, it rests for a while and flows again from the first message that was not settled for good. So messages of a partition
// stay in their order, and those behind the redelivered one come again, as at any restart from committed offsets.
//
// Where a batch is corrupt it fetches nothing for a while, then tries that offset again, unless it is to skip it.

import type { Settlement } from "../connector.ts";
import { BackOff, type BackOffTimes } from "./back-off.ts";
import type { Effort } from "./effort.ts";
import type { Lane } from "./lane.ts";
import { Progress } from "./progress.ts";
import { isExpired, type Origin, ReceivedRecord } from "./record.ts";
import type { BatchRecord } from "./record-batch.ts";
import type { Room } from "./room.ts";
import type { Fault, Split } from "./split.ts";
import { Waiting } from "./waiting.ts";

/** Bounds of one partition: messages from the first unsettled one on, and bytes that wait to be handed over while more is fetched. */
const MAX_SPAN = 262_144;
const ENOUGH_WAITING_BYTES = 512 * 1024;

export interface FlowParts {
  readonly lane: Lane;
  readonly partition: number;
  readonly restartBackOff: BackOffTimes;
  readonly room: Room;
  /** Whether it goes on behind what is corrupt. */
  readonly skipsCorrupt: boolean;
  /** A message was settled. */
  settled(): void;
  /** There is something to fetch or hand over again. */
  ready(): void;
  /** Something is corrupt; told once for each offset. */
  corrupt(flow: Flow, fault: Fault): void;
  /** What was corrupt is not any more. */
  mended(): void;
}

export class Flow implements Origin {
  readonly topic: string;
  readonly lane: Lane;
  readonly partition: number;
  readonly #parts: FlowParts;
  readonly #waiting: Waiting;
  readonly #turns: BackOff;
  readonly #retries: BackOff;
  #progress: Progress;
  /** Offset of the next record to be fetched. */
  #fetchOffset: number;
  /** Where it begins anew as soon as nothing waits. */
  #moveOffset: number | undefined;
  /** Offset of the next record to be handed over. */
  #position: number;
  #committed: number;
  #inFlight = 0;
  #state: "flowing" | "turning" | "resting" | "closed" = "flowing";
  #timer: NodeJS.Timeout | undefined;
  /** Where a corrupt batch was found; as long as the timer runs nothing is fetched because of it. */
  #corruptAt: number | undefined;
  #retryTimer: NodeJS.Timeout | undefined;

  constructor(parts: FlowParts, start: number, committed: number) {
    this.topic = parts.lane.topic;
    this.lane = parts.lane;
    this.partition = parts.partition;
    this.#parts = parts;
    this.#progress = new Progress(start);
    this.#fetchOffset = start;
    this.#position = start;
    this.#committed = committed;
    this.#turns = new BackOff(parts.restartBackOff);
    this.#retries = new BackOff(parts.restartBackOff);
    this.#waiting = new Waiting({
      room: parts.room,
      passed: (offset) => this.#pass(offset),
      corrupt: (fault) => this.#meetCorrupt(fault),
    });
  }

  get fetchOffset(): number {
    return this.#fetchOffset;
  }

  /** Whether more is to be fetched. */
  get isHungry(): boolean {
    return (
      this.#state === "flowing" &&
      this.#retryTimer === undefined &&
      this.#moveOffset === undefined &&
      this.#waiting.bytes < ENOUGH_WAITING_BYTES &&
      this.#progress.span < MAX_SPAN
    );
  }

  /** Whether something could be handed over. */
  get hasWaiting(): boolean {
    return this.#state === "flowing" && !this.#waiting.isEmpty && this.#progress.span < MAX_SPAN;
  }

  /** Takes what was fetched from an offset; nothing where it is not wanted from there any more. */
  fetched(offset: number, { batches, fault }: Split): void {
    if (this.#state !== "flowing" || offset !== this.#fetchOffset) return;
    for (const batch of batches) {
      this.#waiting.add(batch);
      this.#fetchOffset = batch.end;
    }
    if (fault !== undefined) this.#stall(fault);
  }

  /**
   * Begins anew at another offset, where the broker has none of the messages any more that would be next. What was fetched before is
   * handed over first.
   */
  moveTo(offset: number): void {
    if (this.#state !== "flowing") return;
    this.#moveOffset = offset;
    if (this.#waiting.isEmpty) this.#move(offset);
  }

  /** The next message that is to be handed over; undefined where none waits, or the effort is spent. */
  next(now: number, effort: Effort): ReceivedRecord | undefined {
    while (this.hasWaiting && !effort.isSpent) {
      const record = this.#waiting.next(this.#position, effort);
      if (record === undefined) return undefined;
      const message = this.#messageOf(record, now);
      if (message !== undefined) return message;
    }
    return undefined;
  }

  /** The offset that is to be committed, once; undefined where it is that already. */
  takeCommittable(): number | undefined {
    const offset = this.#progress.settledTo;
    if (this.#state === "closed" || offset === this.#committed) return undefined;
    this.#committed = offset;
    return offset;
  }

  /** That what was taken last could not be committed. */
  commitFailed(): void {
    this.#committed = -1;
  }

  settled(slot: number, settlement: Settlement): void {
    this.#inFlight--;
    this.lane.release();
    if (this.#state === "closed") return;
    if (settlement === "redeliver" && this.lane.isAtLeastOnce) {
      if (this.#state === "flowing") this.#turn();
    } else if (this.lane.isAtLeastOnce) this.#settle(slot);
    this.#parts.settled();
    if (this.#state === "turning" && this.#inFlight === 0) this.#rest();
  }

  /** The partition is not ours any more: what is settled from now on counts for nothing. */
  close(): void {
    this.#state = "closed";
    this.#waiting.clear();
    clearTimeout(this.#timer);
    clearTimeout(this.#retryTimer);
  }

  #pass(offset: number): void {
    this.#moveOn(Math.max(this.#position, offset));
    this.#progress.passTo(this.#position);
    if (this.#moveOffset !== undefined && this.#waiting.isEmpty) this.#move(this.#moveOffset);
  }

  #move(offset: number): void {
    this.#goTo(offset);
    this.#progress.passTo(offset);
  }

  #messageOf(record: BatchRecord, now: number): ReceivedRecord | undefined {
    this.#moveOn(record.offset + 1);
    if (isExpired(record, now)) {
      this.#progress.settle(this.#progress.add(record.offset));
      this.#parts.settled();
      return undefined;
    }
    const slot = this.#progress.add(record.offset);
    if (!this.lane.isAtLeastOnce) this.#progress.settle(slot);
    this.#inFlight++;
    this.lane.take(now);
    return new ReceivedRecord(this, slot, record, this.#waiting.hold());
  }

  /** What was to be handed over next is found corrupt; what waits behind it comes again. */
  #meetCorrupt(fault: Fault): void {
    this.#goTo(this.#position);
    this.#stall(fault);
  }

  #stall(fault: Fault): void {
    if (this.#corruptAt !== fault.offset) this.#parts.corrupt(this, fault);
    this.#corruptAt = fault.offset;
    if (this.#parts.skipsCorrupt) this.#skip(fault);
    else this.#tryLater(fault);
  }

  #skip({ next }: Fault): void {
    this.#fetchOffset = next;
    // What waits is not settled; what is handed over after it says as well that this is passed.
    if (this.#waiting.isEmpty) this.#pass(next);
  }

  #tryLater({ offset }: Fault): void {
    this.#retries.at(offset);
    this.#retryTimer ??= setTimeout(() => {
      this.#retryTimer = undefined;
      this.#parts.ready();
    }, this.#retries.next());
  }

  #moveOn(position: number): void {
    this.#position = position;
    if (this.#corruptAt === undefined || position <= this.#corruptAt) return;
    this.#corruptAt = undefined;
    this.#parts.mended();
  }

  #settle(slot: number): void {
    const wasFull = this.#progress.span >= MAX_SPAN;
    this.#progress.settle(slot);
    if (wasFull && this.#progress.span < MAX_SPAN) this.#parts.ready();
  }

  #turn(): void {
    this.#state = "turning";
    this.#waiting.clear();
  }

  #rest(): void {
    this.#state = "resting";
    const start = this.#progress.settledTo;
    this.#turns.at(start);
    this.#timer = setTimeout(() => {
      this.#state = "flowing";
      this.#progress = new Progress(start);
      this.#goTo(start);
      this.#parts.ready();
    }, this.#turns.next());
  }

  #goTo(offset: number): void {
    this.#moveOffset = undefined;
    this.#fetchOffset = offset;
    this.#position = offset;
    this.#waiting.clear();
  }
}
