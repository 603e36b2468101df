// Snappy as producers of Kafka use it: one block, or blocks behind a header of xerial's Java library.
//
// Ours, since the library's decoder takes whatever length a block claims, and leaks that memory where the block is broken.

import { Corrupt } from "./corrupt.ts";

const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
/** The magic with two versions. */
const XERIAL_HEADER = 16;

/** Throws {@link Corrupt} where it is no snappy, or has over `most` bytes. */
export function unsnap(data: Buffer, most: number): Buffer {
  if (!data.subarray(0, XERIAL.length).equals(XERIAL)) return block(data, most);
  const blocks: Buffer[] = [];
  let left = most;
  for (let at = XERIAL_HEADER; at < data.length; ) {
    const length = at + 4 <= data.length ? data.readUInt32BE(at) : Number.POSITIVE_INFINITY;
    const end = at + 4 + length;
    if (end > data.length) throw new Corrupt("its snappy ends too early");
    const plain = block(data.subarray(at + 4, end), left);
    blocks.push(plain);
    left -= plain.length;
    at = end;
  }
  return blocks.length === 1 ? (blocks[0] as Buffer) : Buffer.concat(blocks);
}

function block(data: Buffer, most: number): Buffer {
  const { length, at } = plainLength(data);
  if (length > most) throw new Corrupt(`it has over ${most} bytes when it is decompressed`);
  const plain = Buffer.allocUnsafe(length);
  if (fill(plain, data, at) !== length) throw broken();
  return plain;
}

/** A number of 7 bits a byte, the lowest first. */
function plainLength(data: Buffer): { readonly length: number; readonly at: number } {
  let length = 0;
  for (let at = 0; at < 5; at++) {
    const byte = data[at] ?? 0x80;
    length += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return { length, at: at + 1 };
  }
  throw broken();
}

/** Follows the elements from `at` on; gives how much there is afterwards. */
function fill(plain: Buffer, data: Buffer, at: number): number {
  let end = 0;
  while (at < data.length) {
    const tag = data[at++] as number;
    const kind = tag & 3;
    if (kind === 0) {
      const extra = Math.max(0, (tag >> 2) - 59);
      const length = (extra === 0 ? tag >> 2 : number(data, at, extra)) + 1;
      at += extra;
      if (at + length > data.length || end + length > plain.length) throw broken();
      data.copy(plain, end, at, at + length);
      at += length;
      end += length;
    } else {
      const bytes = kind === 3 ? 4 : kind;
      const low = number(data, at, bytes);
      at += bytes;
      const length = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
      repeat(plain, end, kind === 1 ? ((tag >> 5) << 8) + low : low, length);
      end += length;
    }
  }
  return end;
}

function number(data: Buffer, at: number, bytes: number): number {
  if (at + bytes > data.length) throw broken();
  return data.readUIntLE(at, bytes);
}

/** Writes once more what is so far back, which may reach into what is being written. */
export function repeat(plain: Buffer, end: number, back: number, length: number): void {
  if (back === 0 || back > end || end + length > plain.length) throw broken();
  if (length <= 16) for (let at = end; at < end + length; at++) plain[at] = plain[at - back] as number;
  // What is written already can be written again, so that each step is twice as long.
  else
    for (
      let done = 0, step = Math.min(back, length);
      done < length;
      step = Math.min(done + back, length - done)
    ) {
      plain.copyWithin(end + done, end - back, end - back + step);
      done += step;
    }
}

const broken = (): Corrupt => new Corrupt("its compression is broken");
