// States as JSON: the bytes of typed arrays in base64, which is exact and two thirds to a tenth of decimal digits.

import { getKey, isArray, isObject, type JsonValue } from "../../../base/json/json.ts";

type Numbers = Float64Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;

/** What `unpack` takes, told apart by the shape: a text that says all that the lengths go by. */
export function pack(shape: string, arrays: readonly Numbers[]): JsonValue {
  return { shape, arrays: arrays.map((array) => bytesOf(array).toString("base64")) };
}

/** Fills the arrays; `false` where it was packed of another shape, or is damaged. */
export function unpack(saved: JsonValue, shape: string, into: readonly Numbers[]): boolean {
  if (!isObject(saved) || getKey(saved, "shape") !== shape) return false;
  const texts = getKey(saved, "arrays");
  if (!isArray(texts) || texts.length !== into.length) return false;
  return into.every((array, i) => fill(array, texts[i]));
}

function fill(array: Numbers, text: JsonValue | undefined): boolean {
  if (typeof text !== "string") return false;
  const bytes = Buffer.from(text, "base64");
  if (bytes.length !== array.byteLength) return false;
  bytes.copy(bytesOf(array));
  return array.every(Number.isFinite);
}

/** What an array takes beside its numbers: the object itself, and that of its memory. */
const ARRAY_BYTES = 256;

/** The memory of a state of so many doubles, and so many counts in 16 bits. */
export const stateBytes = (doubles: number, counts = 0): number =>
  8 * doubles + ARRAY_BYTES + (counts > 0 ? 2 * counts + ARRAY_BYTES : 0);

const bytesOf = (array: Numbers): Buffer => Buffer.from(array.buffer, array.byteOffset, array.byteLength);

/** Hands out places in the one array of numbers that a state is. */
export class Layout {
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** @returns the index of the first of so many numbers */
  take(count: number): number {
    const at = this.#size;
    this.#size += count;
    return at;
  }
}
