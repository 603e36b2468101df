// How batches of messages are decompressed, and how far: of a few bytes there can be gigabytes.

import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { Corrupt } from "./corrupt.ts";
import { unlz4 } from "./lz4.ts";
import { unsnap } from "./snappy.ts";

/** Far more than brokers take in one batch. */
export const MOST_BYTES = 32 * 1024 ** 2;
const bounds = { maxOutputLength: MOST_BYTES };

/** By their numbers in the attributes of a batch. */
const codecs: Readonly<Record<number, (data: Buffer) => Buffer>> = {
  1: (data) => gunzipSync(data, bounds),
  2: (data) => unsnap(data, MOST_BYTES),
  3: (data) => unlz4(data, MOST_BYTES),
  4: (data) => zstdDecompressSync(data, bounds),
};

/** Throws {@link Corrupt} where it cannot be decompressed, or has over {@link MOST_BYTES}. */
export function decompress(codec: number, data: Buffer): Buffer {
  const unpack = codecs[codec];
  if (unpack === undefined) throw new Corrupt(`its compression (${codec}) is unknown`);
  try {
    return unpack(data);
  } catch (error) {
    if (error instanceof Corrupt) throw error;
    const isTooLarge = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    throw new Corrupt(
      isTooLarge ? `it has over ${MOST_BYTES} bytes when it is decompressed` : "its compression is broken",
      error,
    );
  }
}
