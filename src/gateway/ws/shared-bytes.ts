// The bytes of a message that many sessions are sent one after another: made once, they are in memory once, however many do not read.

/** Shorter ones are made as fast as they are found. */
const SHORT = 1_024;

let last: { readonly text: string; readonly bytes: Buffer } | undefined;

/** The text as it is, or the bytes of it (UTF-8), which nobody may change. */
export function sharedBytes(text: string): string | Buffer {
  if (text.length < SHORT) return text;
  if (last?.text !== text) {
    // It is not kept beyond this turn of the event loop.
    if (!last) setImmediate(forget);
    last = { text, bytes: Buffer.from(text) };
  }
  return last.bytes;
}

function forget(): void {
  last = undefined;
}
