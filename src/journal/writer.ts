// Group commit: appends of many entities share a transaction, so that a commit is paid once for all of them.

import type { Append } from "./batch.ts";
import type { JournalObservation, JournalRow, Settled } from "./journal.ts";
import { JournalUnavailable } from "./journal.ts";
import { Lane } from "./lane.ts";
import type { RowSink, WriterLimits } from "./sink.ts";

export const WRITER_LIMITS: WriterLimits = {
  batchRows: 1_000,
  batchBytes: 4 * 1024 * 1024,
  queueRows: 20_000,
  queueBytes: 64 * 1024 * 1024,
  waitMs: 2_000,
};

/** What a row costs beside its texts. */
const ROW_BYTES = 64;

export class Writer {
  readonly #limits: WriterLimits;
  readonly #lanes: readonly Lane[];
  readonly #clock: NodeJS.Timeout;
  #rows = 0;
  #bytes = 0;
  #closing = false;

  constructor(sink: RowSink, limits: WriterLimits, observe: (fact: JournalObservation) => void) {
    this.#limits = limits;
    const account = (append: Append) => {
      this.#rows -= append.rows.length;
      this.#bytes -= append.bytes;
    };
    this.#lanes = Array.from({ length: sink.lanes }, (_, i) => new Lane(i, sink, limits, account, observe));
    // Coarse on purpose: one look now and then is cheaper than a timer an append.
    const period = Math.max(5, Math.min(100, limits.waitMs / 4));
    this.#clock = setInterval(() => this.#expire(), period);
    this.#clock.unref();
  }

  append(rows: readonly JournalRow[], settled: Settled): void {
    const id = rows[0]?.id;
    if (id === undefined) {
      settled();
      return;
    }
    const bytes = sizeOf(rows);
    const refusal = this.#refusal(rows.length, bytes);
    if (refusal !== undefined) {
      settled(new JournalUnavailable(refusal));
      return;
    }
    this.#rows += rows.length;
    this.#bytes += bytes;
    const deadline = performance.now() + this.#limits.waitMs;
    this.#laneOf(id).add({ id, rows, bytes, settled, deadline });
  }

  /** Accepts nothing more; resolves once everything accepted is settled. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all(this.#lanes.map((lane) => lane.close()));
    clearInterval(this.#clock);
  }

  #refusal(rows: number, bytes: number): string | undefined {
    if (this.#closing) return "The journal is closing.";
    // Whatever its size, an append is accepted by an empty queue: it must be possible at all.
    if (this.#rows === 0) return undefined;
    const full = this.#rows + rows > this.#limits.queueRows || this.#bytes + bytes > this.#limits.queueBytes;
    return full ? "The queue in front of the database is full." : undefined;
  }

  /** Appends of one id share a lane; that alone keeps them in order. */
  #laneOf(id: string): Lane {
    const lanes = this.#lanes;
    return lanes.length === 1 ? lanes[0]! : lanes[hash(id) % lanes.length]!;
  }

  #expire(): void {
    const now = performance.now();
    for (const lane of this.#lanes) lane.expire(now);
  }
}

function sizeOf(rows: readonly JournalRow[]): number {
  let bytes = 0;
  for (const row of rows)
    bytes +=
      ROW_BYTES +
      row.id.length +
      row.path.length +
      (row.value?.length ?? 0) +
      (row.headers?.length ?? 0) +
      (row.metadata?.length ?? 0);
  return bytes;
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
