// Frames: how long the content is and what kind it is of (four bytes each, least significant first), and the content. Filled up to
// a multiple of eight bytes, so that numbers in a frame lie where they may be used without a copy.

import { deserialize, serialize } from "node:v8";

export const HEAD_BYTES = 8;
/** The content is a value as V8 writes it. */
export const VALUE = 0;
/** The content is numbers: see run-frames.ts. */
export const NUMBERS = 1;
/** What is longer is no frame; reading one of this length holds up the server for tens of milliseconds. */
export const MAX_FRAME_BYTES = 32 * 2 ** 20;

/** The next multiple of eight. */
export const filled = (bytes: number): number => Math.ceil(bytes / 8) * 8;

/** What a file, or anything else, has to be followed by. */
export const fillingOf = (bytes: number): Buffer => Buffer.alloc(filled(bytes) - bytes);

/** A frame that holds a value. */
export function frameOf(value: unknown): Buffer {
  const content = serialize(value);
  const frame = Buffer.alloc(HEAD_BYTES + filled(content.byteLength));
  frame.writeUInt32LE(content.byteLength);
  frame.writeUInt32LE(VALUE, 4);
  content.copy(frame, HEAD_BYTES);
  return frame;
}

export const valueIn = (content: Uint8Array): unknown => deserialize(content);

/** Puts frames together again out of the pieces in which they arrive. */
export class FrameReader {
  readonly #take: (kind: number, content: Buffer) => void;
  #pieces: Buffer[] = [];
  #bytes = 0;
  /** Length of the frame that is arriving, with its head; unknown until the head is there. */
  #wanted: number | undefined;

  constructor(take: (kind: number, content: Buffer) => void) {
    this.#take = take;
  }

  /** @throws Error where these are no frames */
  push(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#bytes += piece.byteLength;
    while (this.#hasFrame()) this.#takeFrame();
  }

  #hasFrame(): boolean {
    if (this.#wanted === undefined && this.#bytes >= HEAD_BYTES) {
      this.#wanted = HEAD_BYTES + filled(this.#joined().readUInt32LE());
      if (this.#wanted > MAX_FRAME_BYTES) throw new Error("A frame is too long.");
    }
    return this.#wanted !== undefined && this.#bytes >= this.#wanted;
  }

  #takeFrame(): void {
    const all = this.#joined();
    const end = this.#wanted as number;
    this.#wanted = undefined;
    this.#bytes -= end;
    this.#pieces = this.#bytes > 0 ? [all.subarray(end)] : [];
    this.#take(all.readUInt32LE(4), all.subarray(HEAD_BYTES, HEAD_BYTES + all.readUInt32LE()));
  }

  #joined(): Buffer {
    if (this.#pieces.length > 1) this.#pieces = [Buffer.concat(this.#pieces)];
    return this.#pieces[0] as Buffer;
  }
}
