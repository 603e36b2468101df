// How far batches of messages are decompressed: of a few bytes there can be gigabytes.

import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { compressionsAlgorithms } from "@platformatic/kafka";

/** More than brokers take in one batch, by far. */
const MOST_BYTES = 64 * 1024 ** 2;
const bounds = { maxOutputLength: MOST_BYTES };

/** The algorithms of the library, with a bound for those that have none by themselves; to be called once. */
export function boundDecompression(): void {
  const { gzip, zstd } = compressionsAlgorithms;
  Object.assign(gzip, { decompressSync: bounded((data) => gunzipSync(data, bounds)) });
  Object.assign(zstd, { decompressSync: bounded((data) => zstdDecompressSync(data, bounds)) });
}

/** The library gives a buffer, or several as one. */
type Compressed = Buffer | { readonly buffer: Buffer };

const bounded =
  (decompress: (data: Buffer) => Buffer) =>
  (data: Compressed): Buffer => {
    try {
      return decompress(Buffer.isBuffer(data) ? data : data.buffer);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ERR_BUFFER_TOO_LARGE") throw error;
      throw new Error(`a batch of messages has over ${MOST_BYTES} bytes when it is decompressed`);
    }
  };
