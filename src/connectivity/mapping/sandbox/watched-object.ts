// Whether something that a script could change is as it was: what all objects have in common.

import { type MemoryView, objectAt, SLOT, shapeAt } from "./memory.ts";

/** An object by its address, as it is now. */
export class WatchedObject {
  readonly #at: number;
  readonly #prototype: number;
  readonly #count: number;
  readonly #keys: Int32Array;
  readonly #values: Int32Array;

  constructor(memory: MemoryView, at: number) {
    const { prototype, count, keys, values } = partsOf(memory, at);
    const words = (from: number) => memory.words.slice(from >>> 2, (from + SLOT * count) >>> 2);
    this.#at = at;
    this.#prototype = prototype;
    this.#count = count;
    this.#keys = words(keys);
    this.#values = words(values);
  }

  /** Whether it still has the same keys in the same manner, with the same values, and the same prototype. */
  isSame(memory: MemoryView): boolean {
    const { prototype, count, keys, values } = partsOf(memory, this.#at);
    if (count !== this.#count || prototype !== this.#prototype) return false;
    for (let i = 0; i < this.#keys.length; i++) {
      if (memory.word(keys + 4 * i) !== this.#keys[i] || memory.word(values + 4 * i) !== this.#values[i])
        return false;
    }
    return true;
  }
}

function partsOf(memory: MemoryView, at: number) {
  const shape = memory.word(at + objectAt.shape);
  return {
    prototype: memory.word(shape + shapeAt.prototype),
    count: memory.word(shape + shapeAt.count),
    keys: shape + shapeAt.keys,
    values: memory.word(at + objectAt.values),
  };
}
