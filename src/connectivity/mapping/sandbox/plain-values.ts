// What scripts give, read straight from the memory of QuickJS: its own JSON.stringify takes six times as long.

import { type JsonValue, putKey } from "../../../base/json/json.ts";
import {
  atomsAt,
  DOUBLE,
  ENUMERABLE,
  EXOTIC,
  FAST_ARRAY,
  KIND,
  keyAt,
  type MemoryView,
  objectAt,
  runtimeAt,
  SLOT,
  shapeAt,
  tag,
  textAt,
} from "./memory.ts";

/** Characters of one outcome, about; a larger one is for JSON.stringify, which the clock can stop. */
const MOST = 200_000;
/** Characters that a value counts for, by the time that it takes. */
const VALUE = 10;
const DEEPEST = 100;

/** Thrown where JSON.stringify has to say what a value is. */
const NOT_PLAIN = new Error("not plain");

const TEXT_KEY = 1;

/** What a plain object, or a plain array, is made by. */
interface Kind {
  readonly class: number;
  readonly prototype: number;
}

/** The plain values of one context; it is made with a plain object and a plain array, by their addresses. */
export class PlainValues {
  readonly #context: number;
  readonly #objects: Kind;
  readonly #arrays: Kind;
  /** Names of keys, by the lowest bits of their numbers; numbers are used again, so that each is compared. */
  readonly #names: string[] = new Array(256).fill("");
  #left = 0;
  /** Whether arrays are what they were; absent once that is known. */
  #areArraysPlain: (() => boolean) | undefined;

  constructor(memory: MemoryView, context: number, object: number, array: number) {
    this.#context = context;
    this.#objects = kindOf(memory, object);
    this.#arrays = kindOf(memory, array);
  }

  get prototypes(): readonly [ofObjects: number, ofArrays: number] {
    return [this.#objects.prototype, this.#arrays.prototype];
  }

  /**
   * What JSON.parse(JSON.stringify(value)) gives, as long as the prototype of objects has no toJSON; nothing of a value that is not plain
   * (whose getters, prototypes or other tricks might have a say), or that is large. Where there are arrays, it is asked whether they are plain.
   */
  read(memory: MemoryView, at: number, areArraysPlain: () => boolean): JsonValue | undefined {
    this.#left = MOST;
    this.#areArraysPlain = areArraysPlain;
    try {
      return this.#value(memory, at, 0) ?? null;
    } catch (error) {
      if (error === NOT_PLAIN) return undefined;
      throw error;
    }
  }

  /** Nothing of what an object leaves out. */
  #value(memory: MemoryView, at: number, depth: number): JsonValue | undefined {
    this.#spend(VALUE);
    const low = memory.word(at);
    const high = memory.word(at + 4);
    switch (high) {
      case tag.text:
        return this.#text(memory, low);
      case tag.object:
        return this.#object(memory, low, depth);
      case tag.int:
        return low;
      case tag.boolean:
        return low !== 0;
      case tag.null:
        return null;
      case tag.undefined:
        return depth === 0 ? notPlain() : undefined;
      default:
        return high >= tag.first && high < tag.firstOfDoubles ? notPlain() : double(low, high);
    }
  }

  #spend(amount: number): void {
    this.#left -= amount;
    if (this.#left < 0) throw NOT_PLAIN;
  }

  #text(memory: MemoryView, at: number): string {
    const length = memory.word(at + textAt.length);
    this.#spend(length & 0x7fffffff);
    const from = at + textAt.characters;
    if (length >= 0) return memory.bytes.toString("latin1", from, from + length);
    return memory.bytes.toString("utf16le", from, from + 2 * (length & 0x7fffffff));
  }

  #object(memory: MemoryView, at: number, depth: number): JsonValue {
    if (depth === DEEPEST) throw NOT_PLAIN;
    const flags = memory.word(at + objectAt.kind);
    const kind = flags >>> 16;
    const shape = memory.word(at + objectAt.shape);
    const prototype = memory.word(shape + shapeAt.prototype);
    if (kind === this.#objects.class && prototype === this.#objects.prototype && !(flags & EXOTIC))
      return this.#members(memory, at, shape, depth);
    if (kind === this.#arrays.class && prototype === this.#arrays.prototype && flags & FAST_ARRAY)
      return this.#elements(memory, at, shape, depth);
    throw NOT_PLAIN;
  }

  #members(memory: MemoryView, at: number, shape: number, depth: number): JsonValue {
    const count = memory.word(shape + shapeAt.count);
    const values = memory.word(at + objectAt.values);
    const result: Record<string, JsonValue> = {};
    for (let i = 0; i < count; i++) {
      const key = shape + shapeAt.keys + SLOT * i;
      const atom = memory.word(key + keyAt.atom);
      if (atom === 0) continue; // deleted
      const flags = memory.word(key + keyAt.flags) >>> 26;
      if ((flags & (ENUMERABLE | KIND)) !== ENUMERABLE) throw NOT_PLAIN;
      const value = this.#value(memory, values + SLOT * i, depth + 1);
      if (value !== undefined) putKey(result, this.#name(memory, atom), value);
    }
    return result;
  }

  #elements(memory: MemoryView, at: number, shape: number, depth: number): JsonValue {
    if (this.#areArraysPlain && !this.#areArraysPlain()) throw NOT_PLAIN;
    this.#areArraysPlain = undefined;
    const count = memory.word(at + objectAt.count);
    const length = memory.word(at + objectAt.values);
    const hasOnlyElements = memory.word(shape + shapeAt.count) === 1 && memory.word(length) === count;
    if (!hasOnlyElements || memory.word(length + 4) !== tag.int) throw NOT_PLAIN;
    const from = memory.word(at + objectAt.elements);
    const result: JsonValue[] = [];
    for (let i = 0; i < count; i++) result.push(this.#value(memory, from + SLOT * i, depth + 1) ?? null);
    return result;
  }

  #name(memory: MemoryView, atom: number): string {
    if (atom < 0) return String(atom & 0x7fffffff);
    const atoms = memory.word(memory.word(this.#context + runtimeAt) + atomsAt);
    const at = memory.word(atoms + 4 * atom);
    if (memory.word(at + textAt.kind) >>> 30 !== TEXT_KEY) throw NOT_PLAIN;
    const known = this.#names[atom & 0xff] as string;
    if (isText(memory, at, known)) return known;
    const name = this.#text(memory, at);
    if (name.length < 100) this.#names[atom & 0xff] = name;
    return name;
  }
}

function notPlain(): never {
  throw NOT_PLAIN;
}

function kindOf(memory: MemoryView, at: number): Kind {
  const shape = memory.word(at + objectAt.shape);
  return { class: memory.classOf(at), prototype: memory.word(shape + shapeAt.prototype) };
}

const doubles = new Float64Array(1);
const halves = new Int32Array(doubles.buffer);

/** There is no -0 in JSON, and nothing but null for what is no number. */
function double(low: number, high: number): number | null {
  halves[0] = low;
  halves[1] = high + DOUBLE;
  const value = doubles[0] as number;
  return Number.isFinite(value) ? value + 0 : null;
}

/** Whether a text of one byte a character is this one. */
function isText(memory: MemoryView, at: number, text: string): boolean {
  if (memory.word(at + textAt.length) !== text.length) return false;
  const from = at + textAt.characters;
  for (let i = 0; i < text.length; i++) if (memory.bytes[from + i] !== text.charCodeAt(i)) return false;
  return true;
}
