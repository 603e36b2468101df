// The batches of one partition that were fetched, until their records are handed over.

import { Corrupt } from "./corrupt.ts";
import type { Effort } from "./effort.ts";
import type { BatchRecord, RecordBatch, Records } from "./record-batch.ts";
import { Lease, type Room } from "./room.ts";
import type { Fault } from "./split.ts";

export interface WaitingParts {
  readonly room: Room;
  /** All records before this offset were handed over. */
  passed(offset: number): void;
  /** The batch that comes next is corrupt from this offset on, and was dropped. */
  corrupt(fault: Fault): void;
}

export class Waiting {
  readonly #parts: WaitingParts;
  readonly #batches: RecordBatch[] = [];
  /** Of the first batch, once it was looked at. */
  #records: Records | undefined;
  #lease: Lease | undefined;
  #bytes = 0;

  constructor(parts: WaitingParts) {
    this.#parts = parts;
  }

  get isEmpty(): boolean {
    return this.#batches.length === 0;
  }

  /** In bytes, as they came. */
  get bytes(): number {
    return this.#bytes;
  }

  add(batch: RecordBatch): void {
    this.#batches.push(batch);
    this.#bytes += batch.size;
  }

  /** The next record at an offset or beyond; undefined where none waits, or none can be had for now or with what is left of the effort. */
  next(from: number, effort: Effort): BatchRecord | undefined {
    for (let batch = this.#batches[0]; batch !== undefined && !effort.isSpent; batch = this.#batches[0]) {
      try {
        if (this.#records === undefined && !this.#open(batch, effort)) return undefined;
        const record = this.#next(from, effort);
        if (record !== undefined) return record.offset < from ? undefined : record;
      } catch (error) {
        if (!(error instanceof Corrupt)) throw error;
        this.#drop(batch);
        this.#parts.corrupt({ offset: from, next: batch.end, reason: error.message });
        return undefined;
      }
      this.#drop(batch);
      this.#parts.passed(batch.end);
    }
    return undefined;
  }

  /** Holds the memory in which the last record lies, where that counts, until it is released. */
  hold(): Lease | undefined {
    return this.#lease?.hold();
  }

  clear(): void {
    while (this.#batches[0] !== undefined) this.#drop(this.#batches[0]);
  }

  #open(batch: RecordBatch, effort: Effort): boolean {
    if (batch.isCompressed && this.#parts.room.isFull()) return false;
    effort.spend();
    if (batch.isControl) return true;
    const records = batch.open();
    this.#records = records;
    if (!batch.isCompressed) return true;
    this.#lease = new Lease(this.#parts.room, records.size);
    effort.spendOnBytes(records.size);
    return true;
  }

  /** The first at an offset or beyond, or else the last for which the effort was enough; undefined behind all. */
  #next(from: number, effort: Effort): BatchRecord | undefined {
    for (;;) {
      const record = this.#records?.next();
      effort.spend(1 + (record?.headers.length ?? 0));
      if (record === undefined || record.offset >= from || effort.isSpent) return record;
    }
  }

  #drop(batch: RecordBatch): void {
    this.#batches.shift();
    this.#bytes -= batch.size;
    this.#records = undefined;
    this.#lease?.release();
    this.#lease = undefined;
  }
}
