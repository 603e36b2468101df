// Bytes as lines, in bounded memory.

import { Damaged } from "./damaged.ts";
import { MOST_LINE_BYTES } from "./format.ts";

const NEWLINE = 0x0a;

/** The lines of a stream, without their ends. @throws Damaged where one is too long, is no UTF-8, or the last has no end. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  let lines = 0;
  const add = (piece: Uint8Array) => {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > MOST_LINE_BYTES) throw new Damaged(`The file is damaged: line ${lines + 1} is too long.`);
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      add(chunk.subarray(from, end));
      lines++;
      yield decoded(pieces, lines);
      pieces = [];
      bytes = 0;
      from = end + 1;
    }
    if (from < chunk.length) add(chunk.subarray(from));
  }
  if (bytes > 0) throw new Damaged(`The file is not whole: it ends within line ${lines + 1}.`);
}

function decoded(pieces: readonly Uint8Array[], number: number): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(pieces));
  } catch {
    throw new Damaged(`The file is damaged: line ${number} is no text.`);
  }
}
