// Frames of LZ4, which hold blocks of a size that they tell beforehand.
//
// Ours, since the library's decoder has no bound, and leaks memory where a frame is broken.

import { Corrupt } from "./corrupt.ts";
import { repeat } from "./snappy.ts";

const MAGIC = 0x184d2204;
const HAS_BLOCK_CHECKSUMS = 0x10;
const HAS_CONTENT_SIZE = 0x08;
const HAS_DICTIONARY = 0x01;
const IS_PLAIN = 0x8000_0000;
const MIN_MATCH = 4;

/** The content of the first frame. Throws {@link Corrupt} where it is none, or has over `most` bytes. */
export function unlz4(data: Buffer, most: number): Buffer {
  const { start, blockSize, checksum } = header(data);
  let plain: Buffer = Buffer.allocUnsafe(Math.min(most, data.length * 4) + blockSize);
  let end = 0;
  for (let at = start; ; ) {
    if (at + 4 > data.length) throw new Corrupt("its LZ4 ends too early");
    const told = data.readUInt32LE(at);
    const length = told % IS_PLAIN;
    at += 4;
    if (told === 0) return plain.subarray(0, end);
    if (length > blockSize || at + length > data.length) throw broken();
    if (end + blockSize > plain.length) plain = grown(plain, end, end * 2 + blockSize);
    const room = plain.subarray(0, end + blockSize);
    end =
      told >= IS_PLAIN
        ? end + data.copy(room, end, at, at + length)
        : unblock(room, end, data, at, at + length);
    if (end > most) throw new Corrupt(`it has over ${most} bytes when it is decompressed`);
    at += length + checksum;
  }
}

function header(data: Buffer): {
  readonly start: number;
  readonly blockSize: number;
  readonly checksum: number;
} {
  if (data.length < 7 || data.readUInt32LE(0) !== MAGIC) throw new Corrupt("its LZ4 is no frame");
  const [flags, descriptor] = [data[4] as number, data[5] as number];
  const size = (descriptor >> 4) & 7;
  if (flags >> 6 !== 1 || flags & HAS_DICTIONARY || size < 4)
    throw new Corrupt("its LZ4 is of an unknown kind");
  return {
    start: 7 + (flags & HAS_CONTENT_SIZE ? 8 : 0),
    blockSize: 2 ** (8 + 2 * size),
    checksum: flags & HAS_BLOCK_CHECKSUMS ? 4 : 0,
  };
}

function grown(plain: Buffer, end: number, size: number): Buffer {
  const larger = Buffer.allocUnsafe(size);
  plain.copy(larger, 0, 0, end);
  return larger;
}

/** Decodes one block behind what is there, which it may repeat; gives how much there is afterwards. */
function unblock(plain: Buffer, end: number, data: Buffer, at: number, stop: number): number {
  for (;;) {
    if (at >= stop) throw broken();
    const token = data[at++] as number;
    let literals = token >> 4;
    if (literals === 15) [literals, at] = longer(literals, data, at, stop);
    if (at + literals > stop || end + literals > plain.length) throw broken();
    data.copy(plain, end, at, at + literals);
    end += literals;
    at += literals;
    // The last sequence of a block is literals only.
    if (at === stop) return end;
    if (at + 2 > stop) throw broken();
    const back = data.readUInt16LE(at);
    at += 2;
    let length = token & 15;
    if (length === 15) [length, at] = longer(length, data, at, stop);
    repeat(plain, end, back, length + MIN_MATCH);
    end += length + MIN_MATCH;
  }
}

/** A length that goes on in the bytes that follow, as long as those are 255. */
function longer(length: number, data: Buffer, at: number, stop: number): [length: number, at: number] {
  for (;;) {
    if (at >= stop) throw broken();
    const byte = data[at++] as number;
    length += byte;
    if (byte !== 255) return [length, at];
  }
}

const broken = (): Corrupt => new Corrupt("its compression is broken");
