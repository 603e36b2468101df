// What the index finds things by: numbers that stand for a path that leads to something, or to a value. They are
// hashes, so two of them may be the same by chance: what is found by them is looked at. They are stored, so a change here
// needs a new FORM in indexer/upkeep.ts.

import {
  isArray,
  isObject,
  isRawNumber,
  type JsonArray,
  type JsonObject,
  type JsonValue,
  type RawNumber,
} from "../base/json/json.ts";
import type { Path } from "../base/json/pointer.ts";
import { isColumn } from "./field.ts";
import { storableText } from "./sql/literal.ts";

export type Scalar = null | boolean | number | string | RawNumber;

/** The id of a feature that stands for any, besides being one. */
const ANY_FEATURE = "*";

const BITS = 24;
const START = 0x811c9dc5 | 0;
const PRIME = 0x01000193;
// Marks are no units of a text.
const END_OF_KEY = 0x10000;
const RARITY = 0x20000;
const RARITIES: readonly number[] = [7, 8, 9, 10, 11, 12, 13, 14];
const MARKS = {
  something: 0x10001,
  null: 0x10002,
  false: 0x10003,
  true: 0x10004,
  number: 0x10005,
  string: 0x10006,
};

/** Columns stand for themselves, and moments of changes would be keys of one thing each. */
const UNKEYED: ReadonlySet<string> = new Set(["_created", "_modified"]);

/** Whether what is at the top of a document, or below it, has keys. */
export const isKeyed = (name: string): boolean => !isColumn(name) && !UNKEYED.has(name);

/** The keys of a document, each once: for whatever a filter's path can lead to, in arrays as well, and for its values. */
export function keysOf(document: JsonObject): readonly number[] {
  const keys = new Set<number>();
  for (const [name, value] of Object.entries(document)) {
    const path = below(START, name);
    if (name === "features") addFeatures(keys, path, value);
    else if (isKeyed(name)) add(keys, path, value, true);
  }
  return [...keys];
}

/**
 * Keys that nothing looks for: of 2^n things one has the nth. The planner takes what it never met for half as frequent as
 * the rarest that it did, and these are rare in every index, so that it holds one thing of many for what it is.
 */
export function rarities(id: string): readonly number[] {
  const zeros = Math.clz32(finish(mixText(START, id))) - (32 - BITS);
  return RARITIES.filter((rarity) => rarity <= zeros).map((rarity) => finish(mix(START, RARITY + rarity)));
}

/** The keys of all documents that have something at a path: below a feature, in some feature. */
export function keysOfPath(path: Path): readonly number[] {
  const [top, id, ...rest] = path;
  if (top !== "features" || id === undefined || rest.length === 0) return [pathKey(hashOf(path))];
  return [pathKey(hashOf([top, id])), pathKey(hashOf(inAnyFeature(rest)))];
}

/** The key of all documents that have a value at a path, or in an array there. */
export const keyOfValue = (path: Path, value: Scalar): number => valueKey(hashOf(path), value);

/** The path in any feature. */
export const inAnyFeature = (rest: Path): Path => ["features", ANY_FEATURE, ...rest];

const hashOf = (path: Path): number => path.reduce(below, START);

/** A feature has its own keys for values only, and those of any feature for paths as well. */
function addFeatures(keys: Set<number>, path: number, features: JsonValue): void {
  keys.add(pathKey(path));
  const any = below(path, ANY_FEATURE);
  for (const object of isArray(features) ? features : [features]) {
    if (!isObject(object)) continue;
    for (const [id, feature] of Object.entries(object)) {
      const own = below(path, id);
      keys.add(pathKey(own));
      add(keys, own, feature, false);
      add(keys, any, feature, true);
    }
  }
}

function add(keys: Set<number>, path: number, value: JsonValue, withPaths: boolean): void {
  if (withPaths) keys.add(pathKey(path));
  if (isArray(value)) addElements(keys, path, value, withPaths);
  else if (isObject(value)) addMembers(keys, path, value, withPaths);
  else keys.add(valueKey(path, value));
}

/** The elements of an array stand for it; an array in an array is not entered. */
function addElements(keys: Set<number>, path: number, elements: JsonArray, withPaths: boolean): void {
  for (const element of elements) {
    if (isArray(element)) continue;
    if (isObject(element)) addMembers(keys, path, element, withPaths);
    else keys.add(valueKey(path, element));
  }
}

function addMembers(keys: Set<number>, path: number, object: JsonObject, withPaths: boolean): void {
  for (const key of Object.keys(object)) add(keys, below(path, key), object[key] as JsonValue, withPaths);
}

const pathKey = (path: number): number => finish(mix(path, MARKS.something));

function valueKey(path: number, value: Scalar): number {
  if (typeof value === "string") return finish(mixText(mix(path, MARKS.string), value));
  if (typeof value === "number" || isRawNumber(value))
    return finish(mixText(mix(path, MARKS.number), digitsOf(value)));
  return finish(mix(path, MARKS[`${value}`]));
}

/** Equal numbers have the same digits: what a double can hold is one, and else a raw number. */
const digitsOf = (value: number | RawNumber): string => (isRawNumber(value) ? value.rawJSON : String(value));

const below = (path: number, key: string): number => mix(mixText(path, key), END_OF_KEY);

/** FNV-1a by units of UTF-16, of the text as jsonb holds it. */
function mixText(hash: number, text: string): number {
  let mixed = hash;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // A unit that may be no character of its own, which jsonb may not hold.
    if (unit === 0 || (unit >= 0xd800 && unit <= 0xdfff)) return mixStored(hash, storableText(text));
    mixed = Math.imul(mixed ^ unit, PRIME);
  }
  return mixed;
}

function mixStored(hash: number, text: string): number {
  let mixed = hash;
  for (let i = 0; i < text.length; i++) mixed = mix(mixed, text.charCodeAt(i));
  return mixed;
}

const mix = (hash: number, unit: number): number => Math.imul(hash ^ unit, PRIME);

/**
 * Spreads the hash over all bits (the end of MurmurHash3), of which {@link BITS} are kept: an index of this kind never
 * forgets a key, so there must not be endlessly many.
 */
function finish(hash: number): number {
  const half = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const most = Math.imul(half ^ (half >>> 13), 0xc2b2ae35);
  return (most ^ (most >>> 16)) >>> (32 - BITS);
}
