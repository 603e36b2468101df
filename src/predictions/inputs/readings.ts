// What is kept of a reading: a number where it is one, and of what kind it is.

import { numberIn } from "../../base/aggregates.ts";
import { isRawNumber, type JsonValue } from "../../base/json/json.ts";

/** Kinds; from {@link FIRST_WORD} on, the listed texts of the path in their order. */
export const NUMBER = 0;
export const BOOLEAN = 1;
/** A text that no input lists. */
export const TEXT = 2;
/** Null, an object or an array. */
export const OTHER = 3;
/** A number too large to compute with. */
export const TOO_LARGE = 4;
export const FIRST_WORD = 5;

export interface Reading {
  /** Booleans are 0 and 1; NaN where it is no number. */
  readonly value: number;
  readonly kind: number;
}

/** Texts that inputs of a path list, each with its kind. */
export type Vocabulary = ReadonlyMap<string, number>;

export const vocabularyOf = (texts: Iterable<string>): Vocabulary =>
  new Map([...new Set(texts)].map((text, i) => [text, FIRST_WORD + i]));

const other: Reading = { value: Number.NaN, kind: OTHER };
const tooLarge: Reading = { value: Number.NaN, kind: TOO_LARGE };
const yes: Reading = { value: 1, kind: BOOLEAN };
const no: Reading = { value: 0, kind: BOOLEAN };

export function readingOf(value: JsonValue, words: Vocabulary): Reading {
  if (typeof value === "string") return { value: Number.NaN, kind: words.get(value) ?? TEXT };
  if (typeof value === "boolean") return value ? yes : no;
  const number = numberIn(value);
  if (number !== undefined) return { value: number, kind: NUMBER };
  return typeof value === "number" || isRawNumber(value) ? tooLarge : other;
}

export const isText = (kind: number): boolean => kind === TEXT || kind >= FIRST_WORD;
