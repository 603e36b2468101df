// The messages of one partition that is assigned to us, on their way from the broker to their settlement.
//
// It flows until a message is to be redelivered. Then it is "turning": nothing more is handed over, and as soon as all that was handed
// over is settled, it rests for a while and flows again from the first message that was not settled for good. So messages of a partition
// stay in their order, and those behind the redelivered one come again, as at any restart from committed offsets.

import type { KafkaRecord, RecordsBatch } from "@platformatic/kafka";
import type { Settlement } from "../connector.ts";
import type { Lane } from "./lane.ts";
import { Progress } from "./progress.ts";
import { isExpired, type Origin, ReceivedRecord } from "./record.ts";

/** Bounds of one partition: messages from the first unsettled one on, and bytes that wait to be handed over while more is fetched. */
const MAX_SPAN = 262_144;
const ENOUGH_WAITING_BYTES = 512 * 1024;
const IS_CONTROL = 1 << 5;
const IS_LOG_APPEND_TIME = 1 << 3;

export interface FlowParts {
  readonly lane: Lane;
  readonly partition: number;
  readonly restartBackOff: { readonly min: number; readonly max: number };
  /** A message was settled. */
  settled(): void;
  /** There is something to fetch or hand over again. */
  ready(): void;
}

export class Flow implements Origin {
  readonly topic: string;
  readonly lane: Lane;
  readonly partition: number;
  readonly #parts: FlowParts;
  #progress: Progress;
  /** Offset of the next record to be fetched. */
  #fetchOffset: number;
  /** Offset of the next record to be handed over. */
  #position: number;
  #committed: number;
  readonly #waiting: RecordsBatch[] = [];
  #waitingBytes = 0;
  /** Of the first record of the first waiting batch that is not handed over. */
  #index = 0;
  #inFlight = 0;
  #state: "flowing" | "turning" | "resting" | "closed" = "flowing";
  #restMs: number;
  /** Up to where messages came before the last turn. */
  #turnedAt = -1;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: FlowParts, start: number, committed: number) {
    this.topic = parts.lane.topic;
    this.lane = parts.lane;
    this.partition = parts.partition;
    this.#parts = parts;
    this.#progress = new Progress(start);
    this.#fetchOffset = start;
    this.#position = start;
    this.#committed = committed;
    this.#restMs = parts.restartBackOff.min;
  }

  get fetchOffset(): number {
    return this.#fetchOffset;
  }

  /** Whether more is to be fetched. */
  get isHungry(): boolean {
    return (
      this.#state === "flowing" && this.#waitingBytes < ENOUGH_WAITING_BYTES && this.#progress.span < MAX_SPAN
    );
  }

  /** Whether something could be handed over. */
  get hasWaiting(): boolean {
    return this.#state === "flowing" && this.#waiting.length > 0 && this.#progress.span < MAX_SPAN;
  }

  /** Takes what was fetched from an offset; nothing where it is not wanted from there any more. */
  fetched(offset: number, batches: readonly RecordsBatch[]): void {
    const last = batches.at(-1);
    if (this.#state !== "flowing" || offset !== this.#fetchOffset || last === undefined) return;
    this.#fetchOffset = endOf(last);
    for (const batch of batches) {
      this.#waiting.push(batch);
      this.#waitingBytes += batch.length;
    }
  }

  /** Begins anew at another offset, where the broker has none of the messages any more that would be next. */
  moveTo(offset: number): void {
    if (this.#state !== "flowing") return;
    this.#goTo(offset);
    this.#progress.passTo(offset);
  }

  /** The next message that is to be handed over; undefined where none waits. */
  next(now: number): ReceivedRecord | undefined {
    while (this.hasWaiting) {
      const batch = this.#waiting[0] as RecordsBatch;
      const record = batch.attributes & IS_CONTROL ? undefined : batch.records[this.#index++];
      if (record === undefined) this.#passBatch(batch);
      else {
        const message = this.#messageOf(batch, record, now);
        if (message !== undefined) return message;
      }
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
    this.#dropWaiting();
    clearTimeout(this.#timer);
  }

  #passBatch(batch: RecordsBatch): void {
    this.#waiting.shift();
    this.#waitingBytes -= batch.length;
    this.#index = 0;
    this.#position = Math.max(this.#position, endOf(batch));
    this.#progress.passTo(this.#position);
  }

  #messageOf(batch: RecordsBatch, record: KafkaRecord, now: number): ReceivedRecord | undefined {
    const offset = Number(batch.firstOffset) + record.offsetDelta;
    // A batch comes as a whole, also where the fetch began in the midst of it.
    if (offset < this.#position) return undefined;
    this.#position = offset + 1;
    if (isExpired(record, now)) {
      this.#progress.settle(this.#progress.add(offset));
      this.#parts.settled();
      return undefined;
    }
    const slot = this.#progress.add(offset);
    if (!this.lane.isAtLeastOnce) this.#progress.settle(slot);
    this.#inFlight++;
    this.lane.take(now);
    return new ReceivedRecord(this, slot, record, timestampOf(batch, record));
  }

  #settle(slot: number): void {
    const wasFull = this.#progress.span >= MAX_SPAN;
    this.#progress.settle(slot);
    if (wasFull && this.#progress.span < MAX_SPAN) this.#parts.ready();
  }

  #turn(): void {
    this.#state = "turning";
    this.#dropWaiting();
  }

  #rest(): void {
    this.#state = "resting";
    const start = this.#progress.settledTo;
    const { min, max } = this.#parts.restartBackOff;
    this.#restMs = start > this.#turnedAt ? min : Math.min(this.#restMs * 2, max);
    this.#turnedAt = start;
    this.#timer = setTimeout(() => {
      this.#state = "flowing";
      this.#progress = new Progress(start);
      this.#goTo(start);
      this.#parts.ready();
    }, this.#restMs);
  }

  #goTo(offset: number): void {
    this.#fetchOffset = offset;
    this.#position = offset;
    this.#dropWaiting();
  }

  #dropWaiting(): void {
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
    this.#index = 0;
  }
}

const endOf = (batch: RecordsBatch): number => Number(batch.firstOffset) + batch.lastOffsetDelta + 1;

/** Where brokers set the time, the batch has one for all its records. */
const timestampOf = (batch: RecordsBatch, record: KafkaRecord): bigint =>
  batch.attributes & IS_LOG_APPEND_TIME ? batch.maxTimestamp : batch.firstTimestamp + record.timestampDelta;
