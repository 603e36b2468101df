// What a broker sends of one partition, as batches.

import { Corrupt } from "./corrupt.ts";
import { LAST_AT, LENGTH_AT, RECORDS_AT, RecordBatch, SIZE_AT } from "./record-batch.ts";

/** What is wrong at an offset, and where what follows begins, as far as that can be told; always behind it. */
export interface Fault {
  readonly offset: number;
  readonly next: number;
  readonly reason: string;
}

export interface Split {
  readonly batches: readonly RecordBatch[];
  readonly fault: Fault | undefined;
}

/**
 * Splits what a broker sends of a partition from an offset on: the batches up to the first that is corrupt. A last one may be cut off.
 * `highest` is where the partition ends.
 */
export function splitBatches(bytes: Buffer, offset: number, highest: number): Split {
  const batches: RecordBatch[] = [];
  let from = offset;
  for (let at = 0; at < bytes.length; ) {
    const end = endOfBatch(bytes, at);
    if (end > bytes.length && at > 0) break;
    const faulty = (reason: string): Split => {
      const next = [firstOf(bytes, end), lastOf(bytes, at)].find((one) => from < one && one <= highest);
      return { batches, fault: { offset: from, next: next ?? from + 1, reason } };
    };
    if (end > bytes.length) return faulty("what the broker sent is no batch");
    try {
      const batch = new RecordBatch(bytes.subarray(at, end));
      // A fetch in the midst of a batch gives all of it.
      if (batch.end > from) batches.push(batch);
      from = Math.max(from, batch.end);
    } catch (error) {
      if (error instanceof Corrupt) return faulty(error.message);
      throw error;
    }
    at = end;
  }
  return { batches, fault: undefined };
}

/** Infinity where no batch begins there. */
function endOfBatch(bytes: Buffer, at: number): number {
  if (at + LENGTH_AT > bytes.length) return Number.POSITIVE_INFINITY;
  const length = bytes.readInt32BE(at + SIZE_AT);
  return length < RECORDS_AT - LENGTH_AT ? Number.POSITIVE_INFINITY : at + LENGTH_AT + length;
}

/** The offset at which the batch there begins, if one does. */
const firstOf = (bytes: Buffer, at: number): number =>
  at + LENGTH_AT <= bytes.length ? Number(bytes.readBigInt64BE(at)) : Number.NaN;

/** Where the batch there says to end. */
const lastOf = (bytes: Buffer, at: number): number =>
  at + RECORDS_AT <= bytes.length ? firstOf(bytes, at) + bytes.readInt32BE(at + LAST_AT) + 1 : Number.NaN;
