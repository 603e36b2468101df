// Standard input, read by waiting for it.

import { readSync } from "node:fs";

const STDIN = 0;
const BUFFER_BYTES = 256 * 1024;

/** What is read lies at a multiple of eight as long as all that is read is such. */
export class Input {
  #buffer = Buffer.from(new ArrayBuffer(BUFFER_BYTES));
  #from = 0;
  #to = 0;

  /** The next bytes, or `undefined` at the end. They are good until the next call. */
  read(bytes: number): Buffer | undefined {
    if (bytes > this.#buffer.byteLength - this.#from) this.#makeRoom(bytes);
    while (this.#to - this.#from < bytes) {
      const got = readSync(STDIN, this.#buffer, this.#to, this.#buffer.byteLength - this.#to, null);
      if (got === 0) return undefined;
      this.#to += got;
    }
    this.#from += bytes;
    return this.#buffer.subarray(this.#from - bytes, this.#from);
  }

  #makeRoom(bytes: number): void {
    const rest = this.#buffer.subarray(this.#from, this.#to);
    const size = Math.max(BUFFER_BYTES, bytes);
    if (this.#buffer.byteLength !== size) this.#buffer = Buffer.from(new ArrayBuffer(size));
    this.#buffer.set(rest);
    this.#from = 0;
    this.#to = rest.byteLength;
  }
}
