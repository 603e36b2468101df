// The values of one column that a baseline is made of.

import { isObject, type JsonObject, type JsonValue } from "../../../base/json/json.ts";

/** A uniform sample of bounded size of all values that were added, exact as long as there are no more of them than it holds. */
export class Sample {
  readonly #values: Float64Array;
  readonly #random: () => number;
  #held = 0;
  #numbers = 0;
  #missing: number;

  /** `missing` values are not-a-number before the first one is added. `random` gives numbers from 0 to below 1. */
  constructor(capacity: number, missing = 0, random = Math.random) {
    this.#values = new Float64Array(capacity);
    this.#missing = missing;
    this.#random = random;
  }

  /** Values that were added and not-a-number. */
  get missing(): number {
    return this.#missing;
  }

  /** Values that were added. */
  get seen(): number {
    return this.#numbers + this.#missing;
  }

  add(value: number): void {
    if (Number.isNaN(value)) {
      this.#missing++;
      return;
    }
    this.#numbers++;
    if (this.#held < this.#values.length) {
      this.#values[this.#held++] = value;
      return;
    }
    const at = Math.floor(this.#random() * this.#numbers);
    if (at < this.#values.length) this.#values[at] = value;
  }

  /** What it holds, in ascending order: its own memory, which is spared a copy and must not be changed. */
  sorted(): Float64Array {
    return this.#values.subarray(0, this.#held).sort();
  }

  /** As JSON, the values as the bytes of doubles in base64: exact, short and quickly made. */
  save(): JsonObject {
    const { buffer, byteOffset } = this.#values;
    const values = Buffer.from(buffer, byteOffset, this.#held * 8).toString("base64");
    return { numbers: this.#numbers, missing: this.#missing, values };
  }

  /** Takes up what `save` gave; `undefined` where that is none of this capacity. */
  static restore(saved: JsonValue | undefined, capacity: number): Sample | undefined {
    if (!isObject(saved)) return undefined;
    const { numbers, missing, values } = saved;
    if (typeof numbers !== "number" || typeof missing !== "number" || typeof values !== "string")
      return undefined;
    const bytes = Buffer.from(values, "base64");
    const held = bytes.length / 8;
    if (held !== Math.min(numbers, capacity)) return undefined;
    const sample = new Sample(capacity, missing);
    sample.#numbers = numbers;
    sample.#held = held;
    bytes.copy(Buffer.from(sample.#values.buffer));
    return sample;
  }
}
