// The memory of QuickJS as its version of 2025-09-13 lays it out in 32 bits: where the parts of its values are, in bytes. All of it is
// read only, and only between calls, while nothing there moves.

/** An object (JSObject): of the word of its kind, one byte are flags, the higher two its class; the elements are those of an array. */
export const objectAt = { kind: 4, shape: 20, values: 24, elements: 36, count: 40 } as const;
export const EXOTIC = 1 << 10;
export const FAST_ARRAY = 1 << 11;
/** What objects of the same keys have in common (JSShape). */
export const shapeAt = { count: 32, prototype: 44, keys: 48 } as const;
/** A key among those of a shape: flags in the highest bits of a word, and a word for its name (JSShapeProperty). */
export const keyAt = { flags: 0, atom: 4 } as const;
export const ENUMERABLE = 1 << 2;
export const WRITABLE = 1 << 1;
/** The flags that say what a property is: none for a plain value, both for one that is yet to be made. */
export const KIND = 3 << 4;
/** Of a variable of all scripts (JSVarRef) there is where its value is. */
export const VARIABLE = 2 << 4;
export const variableAt = 16;
/** A text (JSString): its length, in the highest bit whether its characters have two bytes; in the two highest bits what kind of key it is. */
export const textAt = { length: 4, kind: 8, characters: 16 } as const;
/** From a context to its runtime (JSContext), from there to the texts of all keys (JSRuntime). */
export const runtimeAt = 16;
export const atomsAt = 56;

/** Bytes of a value (JSValue), of a property (JSProperty), and of a key. */
export const SLOT = 8;

/** The second word of a value says what it is; of any other number it is a part of a double. */
export const tag = {
  ...{ text: -7, object: -1, int: 0, boolean: 1, null: 2, undefined: 3 },
  ...{ exception: 6, first: -9, firstOfDoubles: 8 },
} as const;
/** What that part lacks. */
export const DOUBLE = 0x7ff8000a;

/** Looks at the memory; asked for anew before each reading, since memory that grows is another. */
export class MemoryView {
  readonly buffer: ArrayBuffer;
  readonly bytes: Buffer;
  readonly words: Int32Array;

  constructor(buffer: ArrayBuffer) {
    this.buffer = buffer;
    this.bytes = Buffer.from(buffer);
    this.words = new Int32Array(buffer);
  }

  word(at: number): number {
    return this.words[at >>> 2] as number;
  }

  /** Of an object by its address. */
  classOf(at: number): number {
    return this.word(at + objectAt.kind) >>> 16;
  }
}
