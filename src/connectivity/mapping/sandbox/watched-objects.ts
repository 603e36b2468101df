// Whether what a script could change is as it was: objects of the language, read straight from the memory of QuickJS.

import {
  KIND,
  type MemoryView,
  objectAt,
  SLOT,
  shapeAt,
  tag,
  VARIABLE,
  variableAt,
  WRITABLE,
} from "./memory.ts";

/** An object by its address. */
export interface Watched {
  readonly at: number;
  /** Which of its properties count, by the objects that are their values; absent, all do, and it may not get more. */
  readonly counts?: (address: number) => boolean;
}

/** A list of words for each object: where it is, its prototype, how many properties it has (-1: any number), how many follow. */
const HEAD = 4;
/** Of each of these its place among the others, its flags, its name, and the two words of its value. */
const PROPERTY = 5;
const FLAGS = 26;

/** Objects as they are when it is made. */
export class WatchedObjects {
  readonly #known: Int32Array;
  /** The class of functions that are not written in JavaScript. */
  readonly #nativeFunctions: number;

  constructor(memory: MemoryView, objects: readonly Watched[], nativeFunctions: number) {
    this.#known = Int32Array.from(objects.flatMap((object) => wordsOf(memory, object)));
    this.#nativeFunctions = nativeFunctions;
  }

  /** Whether they still have the same keys in the same manner, with the same values, and the same prototypes. */
  isSame(memory: MemoryView): boolean {
    const { words } = memory;
    const known = this.#known;
    for (let i = 0; i < known.length; ) {
      const at = known[i] as number;
      const shape = words[(at + objectAt.shape) >>> 2] as number;
      const values = words[(at + objectAt.values) >>> 2] as number;
      const count = known[i + 2] as number;
      if (words[(shape + shapeAt.prototype) >>> 2] !== known[i + 1]) return false;
      if (count >= 0 && words[(shape + shapeAt.count) >>> 2] !== count) return false;
      const end = i + HEAD + PROPERTY * (known[i + 3] as number);
      for (i += HEAD; i < end; i += PROPERTY) {
        const place = SLOT * (known[i] as number);
        const key = (shape + shapeAt.keys + place) >>> 2;
        const value = placeOfValue(memory, values + place, known[i + 1] as number) >>> 2;
        const isSame =
          words[value] === known[i + 3] &&
          words[value + 1] === known[i + 4] &&
          words[key + 1] === known[i + 2] &&
          (words[key] as number) >>> FLAGS === known[i + 1];
        if (!isSame && !this.#isMade(memory, i, key << 2, values + place)) return false;
      }
    }
    return true;
  }

  /**
   * QuickJS makes some properties when they are first used, and moves globals elsewhere when a script is read that names them: whether that
   * is all that happened. What is made so is a native function, or cannot be written to; from then on it is watched as it is.
   */
  #isMade(memory: MemoryView, i: number, key: number, property: number): boolean {
    const known = this.#known;
    const [before, name] = [known[i + 1] as number, known[i + 2] as number];
    const flags = memory.word(key) >>> FLAGS;
    const value = placeOfValue(memory, property, flags);
    const [low, high] = [memory.word(value), memory.word(value + 4)];
    if (memory.word(key + 4) !== name || !isPlain(flags) || (before ^ flags) & ~KIND) return false;
    const isKnown = isPlain(before) && low === known[i + 3] && high === known[i + 4];
    const isNative = high === tag.object && memory.classOf(low) === this.#nativeFunctions;
    if (!isKnown && !((before & KIND) === KIND && (isNative || !(flags & WRITABLE)))) return false;
    known.set([flags, name, low, high], i + 1);
    return true;
  }
}

/** Whether it is a value, wherever that is. */
const isPlain = (flags: number): boolean => (flags & KIND) === 0 || (flags & KIND) === VARIABLE;

/** Where the value of a property is. */
const placeOfValue = (memory: MemoryView, property: number, flags: number): number =>
  (flags & KIND) === VARIABLE ? memory.word(memory.word(property) + variableAt) : property;

function wordsOf(memory: MemoryView, { at, counts }: Watched): number[] {
  const shape = memory.word(at + objectAt.shape);
  const values = memory.word(at + objectAt.values);
  const count = memory.word(shape + shapeAt.count);
  const properties: number[] = [];
  for (let i = 0; i < count; i++) {
    const key = shape + shapeAt.keys + SLOT * i;
    const flags = memory.word(key) >>> FLAGS;
    const value = placeOfValue(memory, values + SLOT * i, flags);
    const [low, high] = [memory.word(value), memory.word(value + 4)];
    const isCounted = counts === undefined || !isPlain(flags) || (high === tag.object && counts(low));
    if (isCounted) properties.push(i, flags, memory.word(key + 4), low, high);
  }
  const head = [
    ...[at, memory.word(shape + shapeAt.prototype)],
    ...[counts === undefined ? count : -1, properties.length / PROPERTY],
  ];
  return [...head, ...properties];
}
