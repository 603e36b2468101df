// Events as bytes that many streams write: made once, with the frame of a chunk around them (RFC 9112, 7.1).

export interface EventBytes {
  readonly chunk: Buffer;
  /** The same without the frame, for clients who know no chunks. */
  readonly text: Buffer;
}

/** Makes the bytes of an event's text. */
export function eventBytes(text: string): EventBytes {
  const size = Buffer.byteLength(text).toString(16);
  const chunk = Buffer.from(`${size}\r\n${text}\r\n`);
  return { chunk, text: chunk.subarray(size.length + 2, -2) };
}
