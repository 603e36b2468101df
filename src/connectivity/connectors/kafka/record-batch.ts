// Batches of records as brokers send and keep them (version 2 of the format), and the records in them.
//
// Records are read one by one, as they are asked for: so little is made of a batch that claims to have very many of them.

import { crc32c } from "@platformatic/kafka";
import { Corrupt } from "./corrupt.ts";
import { decompress } from "./decompression.ts";

export interface BatchRecord {
  readonly offset: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
}

export type RecordHeader = readonly [name: Buffer | null, value: Buffer | null];

/** Where the parts of a batch are. */
export const SIZE_AT = 8;
export const LENGTH_AT = 12;
const MAGIC_AT = 16;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
export const LAST_AT = 23;
export const RECORDS_AT = 61;
const CODEC = 7;
const IS_LOG_APPEND_TIME = 1 << 3;
const IS_CONTROL = 1 << 5;

/** One batch, whole and with the right checksum. */
export class RecordBatch {
  readonly #bytes: Buffer;
  readonly #first: number;
  /** Behind the offset of its last record. */
  readonly end: number;

  /** Throws {@link Corrupt} where it is none. */
  constructor(bytes: Buffer) {
    const magic = bytes.readInt8(MAGIC_AT);
    if (magic !== 2) throw new Corrupt(`its format (${magic}) is unknown`);
    if (crc32c(bytes.subarray(ATTRIBUTES_AT)) !== bytes.readUInt32BE(CRC_AT))
      throw new Corrupt("its checksum is wrong");
    this.#bytes = bytes;
    this.#first = Number(bytes.readBigInt64BE(0));
    this.end = this.#first + bytes.readInt32BE(LAST_AT) + 1;
    if (!(this.#first >= 0 && this.end > this.#first && Number.isSafeInteger(this.end)))
      throw new Corrupt("its offsets are wrong");
  }

  /** In bytes, as it came. */
  get size(): number {
    return this.#bytes.length;
  }

  get isCompressed(): boolean {
    return (this.#attributes & CODEC) !== 0;
  }

  /** Control records are for clients only. */
  get isControl(): boolean {
    return (this.#attributes & IS_CONTROL) !== 0;
  }

  get #attributes(): number {
    return this.#bytes.readInt16BE(ATTRIBUTES_AT);
  }

  /** Its records, decompressed. Throws {@link Corrupt}. */
  open(): Records {
    const packed = this.#bytes.subarray(RECORDS_AT);
    const codec = this.#attributes & CODEC;
    const bytes = codec === 0 ? packed : decompress(codec, packed);
    const [firstTime, lastTime] = [this.#bytes.readBigInt64BE(27), this.#bytes.readBigInt64BE(35)];
    // Where brokers set the time, the batch has one for all its records.
    const fixedTime = this.#attributes & IS_LOG_APPEND_TIME ? Number(lastTime) : undefined;
    const count = this.#bytes.readInt32BE(57);
    return new Records(bytes, {
      first: this.#first,
      end: this.end,
      count,
      firstTime: Number(firstTime),
      fixedTime,
    });
  }
}

interface Frame {
  readonly first: number;
  readonly end: number;
  readonly count: number;
  readonly firstTime: number;
  readonly fixedTime: number | undefined;
}

/** More than anybody sets; each costs memory. */
const MOST_HEADERS = 65_536;

/** The records of a batch, one after the other. */
export class Records {
  readonly #bytes: Buffer;
  readonly #frame: Frame;
  #at = 0;
  #left: number;

  constructor(bytes: Buffer, frame: Frame) {
    this.#bytes = bytes;
    this.#frame = frame;
    this.#left = frame.count;
  }

  /** How many bytes they take. */
  get size(): number {
    return this.#bytes.length;
  }

  /** The next one; undefined at the end. Throws {@link Corrupt} where it is none. */
  next(): BatchRecord | undefined {
    if (this.#left <= 0) {
      if (this.#at !== this.#bytes.length) throw new Corrupt("it has more records than it says");
      return undefined;
    }
    this.#left--;
    return this.#record();
  }

  #record(): BatchRecord {
    const length = this.#number();
    const end = this.#at + length;
    if (!(length > 0 && end <= this.#bytes.length)) throw outside();
    this.#at++; // attributes, of which none is known
    const timestamp = this.#frame.firstTime + this.#number();
    const offset = this.#frame.first + this.#number();
    const key = this.#field();
    const value = this.#field();
    const headers = this.#headers();
    if (this.#at !== end || !(offset >= this.#frame.first && offset < this.#frame.end)) throw outside();
    return { offset, timestamp: this.#frame.fixedTime ?? timestamp, key, value, headers };
  }

  #headers(): readonly RecordHeader[] {
    const count = this.#number();
    if (count === 0) return NO_HEADERS;
    if (count < 0 || count > MOST_HEADERS) throw new Corrupt(`a record has ${count} headers`);
    const headers: RecordHeader[] = [];
    for (let index = 0; index < count; index++) headers.push([this.#field(), this.#field()]);
    return headers;
  }

  #field(): Buffer | null {
    const length = this.#number();
    if (length === -1) return null;
    const start = this.#at;
    this.#at += length;
    if (length < 0 || this.#at > this.#bytes.length) throw outside();
    return this.#bytes.subarray(start, this.#at);
  }

  /** A whole number of 7 bits a byte, the lowest first; even ones are positive. */
  #number(): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 10; count++) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      scale *= 128;
    }
    throw outside();
  }
}

const NO_HEADERS: readonly RecordHeader[] = [];
const outside = (): Corrupt => new Corrupt("its records are broken");
