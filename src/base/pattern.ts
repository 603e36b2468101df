// Patterns of `like` and `ilike`: `*` is any text, `?` one character, neither across the end of a line.

/** Longest pattern accepted, in characters after runs of `*` are made one. */
export const MAX_PATTERN = 1024;

const ANY = -1;
const STAR = 0x2a;
const QUESTION = 0x3f;
const UPPER_A = 0x41;
const UPPER_Z = 0x5a;
const LOWER_OFFSET = 0x20;
const SURROGATE = 0xfc00;
const HIGH = 0xd800;
const LOW = 0xdc00;
const WORD_BITS = 32;

/** A text in UTF-16 units, which is read where it stands: to turn it into code points would cost more than to match it. */
export interface Units {
  readonly length: number;
  charCodeAt(at: number): number;
}
type Segment = readonly number[];
type Fold = (point: number) => number;

/** Whether a pattern is short enough to be compiled. */
export const isPatternLengthAllowed = (pattern: string): boolean =>
  pattern.length <= MAX_PATTERN || pointsOf(pattern.replaceAll(/\*+/g, "*"), asItIs).length <= MAX_PATTERN;

const asItIs: Fold = (point) => point;
const toLower: Fold = (point) => (point >= UPPER_A && point <= UPPER_Z ? point + LOWER_OFFSET : point);

const pointsOf = (text: string, fold: Fold): number[] =>
  Array.from(text, (character) => fold(character.codePointAt(0) as number));

/** The code point that begins at a place; half of a pair counts as one where the other half is missing. */
function pointAt(text: Units, at: number): number {
  const unit = text.charCodeAt(at);
  if ((unit & SURROGATE) !== HIGH || at + 1 >= text.length) return unit;
  const low = text.charCodeAt(at + 1);
  return (low & SURROGATE) === LOW ? ((unit - HIGH) << 10) + (low - LOW) + 0x10000 : unit;
}

const after = (at: number, point: number): number => (point > 0xffff ? at + 2 : at + 1);

/** Where so many code points before a place begin, or -1 where there are not as many. */
function before(text: Units, at: number, points: number): number {
  let here = at;
  for (let i = 0; i < points && here >= 0; i++) here -= here > 1 && pointAt(text, here - 2) > 0xffff ? 2 : 1;
  return here;
}

/**
 * Makes a test of whole texts; with `ignoreCase` the letters A–Z are their small ones, and only these. The time is
 * linear in the text: each segment between two `*` is searched where the one before ended, all its characters at once
 * (Shift-And), and a segment that was found is never searched again.
 */
export function compilePattern(pattern: string, ignoreCase: boolean): (text: Units) => boolean {
  const fold = ignoreCase ? toLower : asItIs;
  const segments = segmentsOf(pointsOf(pattern, fold));
  const first = segments.shift() as Segment;
  const last = segments.pop();
  if (last === undefined) return (text) => endOf(first, text, 0, fold) === text.length;
  const searches = segments.filter((segment) => segment.length > 0).map((part) => compileSearch(part, fold));
  return (text) => {
    let from = endOf(first, text, 0, fold);
    const end = before(text, text.length, last.length);
    if (from < 0 || end < from || endOf(last, text, end, fold) < 0) return false;
    for (const search of searches) {
      from = search(text, from, end);
      if (from < 0) return false;
    }
    return isOneLine(text, from, end);
  };
}

function segmentsOf(pattern: readonly number[]): Segment[] {
  const segments: number[][] = [[]];
  for (const point of pattern) {
    if (point === STAR) segments.push([]);
    else segments.at(-1)?.push(point === QUESTION ? ANY : point);
  }
  return segments;
}

const isLineEnd = (point: number): boolean =>
  point === 0x0a || point === 0x0d || point === 0x85 || point === 0x2028 || point === 0x2029;

const isMatch = (expected: number, point: number): boolean =>
  expected === point || (expected === ANY && !isLineEnd(point));

/** Where a segment that stands at a place ends, or -1 where it does not stand there. */
function endOf(segment: Segment, text: Units, from: number, fold: Fold): number {
  let at = from;
  for (const expected of segment) {
    if (at >= text.length) return -1;
    const point = pointAt(text, at);
    if (!isMatch(expected, fold(point))) return -1;
    at = after(at, point);
  }
  return at;
}

function isOneLine(text: Units, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (isLineEnd(text.charCodeAt(i))) return false;
  return true;
}

/** Finds the first place of a segment between two others; gives where it ends, or -1. */
function compileSearch(segment: Segment, fold: Fold): (text: Units, from: number, to: number) => number {
  const { none, any, maskOf } = masksOf(segment);
  const state = new Int32Array(any.length);
  const lastWord = state.length - 1;
  const lastBit = 1 << ((segment.length - 1) % WORD_BITS);
  const begin = segment[0] as number;
  return (text, from, to) => {
    state.fill(0);
    let isUnderWay = false;
    for (let at = from; at < to; ) {
      const point = pointAt(text, at);
      at = after(at, point);
      const folded = fold(point);
      if (!isUnderWay && begin !== ANY && begin !== folded) continue;
      isUnderWay = advance(state, maskOf(folded) ?? (isLineEnd(point) ? none : any));
      if (((state[lastWord] as number) & lastBit) !== 0)
        return isOneLine(text, from, before(text, at, segment.length)) ? at : -1;
    }
    return -1;
  };
}

/** Bit `i` of the state says that the first `i + 1` characters of the segment end here. Tells whether any bit is set. */
function advance(state: Int32Array, mask: Int32Array): boolean {
  let carry = 1;
  let bits = 0;
  for (let w = 0; w < state.length; w++) {
    const old = state[w] as number;
    const next = ((old << 1) | carry) & (mask[w] as number);
    state[w] = next;
    bits |= next;
    carry = old >>> (WORD_BITS - 1);
  }
  return bits !== 0;
}

interface Masks {
  readonly none: Int32Array;
  /** Where any character may stand. */
  readonly any: Int32Array;
  /** Where a character of the segment may stand; counts until the next is asked for. */
  maskOf(point: number): Int32Array | undefined;
}

/** So many words of masks are made beforehand; more would make a pattern hundreds of times as large as its text. */
const MAX_WORDS = 1024;

/** For each character, the places of the segment where it may stand. */
function masksOf(segment: Segment): Masks {
  const words = Math.ceil(segment.length / WORD_BITS);
  const none = new Int32Array(words);
  const any = new Int32Array(words);
  for (const [i, point] of segment.entries()) if (point === ANY) setBit(any, i);
  const places = Int32Array.from(segment.keys()).filter((i) => segment[i] !== ANY);
  places.sort((i, j) => (segment[i] as number) - (segment[j] as number) || i - j);
  const points = places.map((i) => segment[i] as number);
  const isFew = new Set(points).size * words <= MAX_WORDS;
  return {
    none,
    any,
    maskOf: isFew ? madeMasks(points, places, any, none) : maskMaker(points, places, any, none),
  };
}

function madeMasks(
  points: Int32Array,
  places: Int32Array,
  any: Int32Array,
  none: Int32Array,
): Masks["maskOf"] {
  const make = maskMaker(points, places, any, none);
  const made = new Map<number, Int32Array>();
  for (const point of points) if (!made.has(point)) made.set(point, (make(point) as Int32Array).slice());
  return (point) => made.get(point);
}

/** Makes each mask anew, in the same place, out of the sorted characters and their places. */
function maskMaker(
  points: Int32Array,
  places: Int32Array,
  any: Int32Array,
  none: Int32Array,
): Masks["maskOf"] {
  const mask = new Int32Array(any.length);
  return (point) => {
    let at = firstOf(points, point);
    if (points[at] !== point) return undefined;
    mask.set(isLineEnd(point) ? none : any);
    for (; points[at] === point; at++) setBit(mask, places[at] as number);
    return mask;
  };
}

/** The first index in a sorted array whose number is not less. */
function firstOf(sorted: Int32Array, number: number): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((sorted[middle] as number) < number) from = middle + 1;
    else to = middle;
  }
  return from;
}

function setBit(mask: Int32Array, i: number): void {
  const word = Math.floor(i / WORD_BITS);
  mask[word] = (mask[word] as number) | (1 << (i % WORD_BITS));
}
