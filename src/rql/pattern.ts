// Patterns of `like` and `ilike`: `*` is any text, `?` one character, neither across the end of a line.

/** Longest pattern accepted, in characters after runs of `*` are made one. */
export const MAX_PATTERN = 1024;

const ANY = -1;
const STAR = 0x2a;
const QUESTION = 0x3f;
const UPPER_A = 0x41;
const UPPER_Z = 0x5a;
const LOWER_OFFSET = 0x20;
const WORD_BITS = 32;

/** Characters as code points. */
type Points = ArrayLike<number>;
type Segment = readonly number[];

/** Whether a pattern is short enough to be compiled. */
export const isPatternLengthAllowed = (pattern: string): boolean =>
  pointsOf(pattern.replaceAll(/\*+/g, "*"), false).length <= MAX_PATTERN;

/** Makes a test of whole texts; with `ignoreCase` the letters A–Z are their small ones, and only these. */
export function compilePattern(pattern: string, ignoreCase: boolean): (text: string) => boolean {
  const matches = compilePoints(pointsOf(pattern, ignoreCase));
  return (text) => matches(pointsOf(text, ignoreCase));
}

function pointsOf(text: string, toLower: boolean): number[] {
  const points: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const point = text.codePointAt(i) as number;
    points.push(toLower && point >= UPPER_A && point <= UPPER_Z ? point + LOWER_OFFSET : point);
    if (point > 0xffff) i++;
  }
  return points;
}

/**
 * The same on code points. The time is linear in the text: each segment between two `*` is searched where the one
 * before ended, all its characters at once (Shift-And), and a segment that was found is never searched again.
 */
export function compilePoints(pattern: Points): (text: Points) => boolean {
  const segments = segmentsOf(pattern);
  const first = segments.shift() as Segment;
  const last = segments.pop();
  if (last === undefined) return (text) => text.length === first.length && standsAt(first, text, 0);
  const searches = segments.filter((segment) => segment.length > 0).map(compileSearch);
  return (text) => {
    const end = text.length - last.length;
    if (end < first.length || !standsAt(first, text, 0) || !standsAt(last, text, end)) return false;
    let from = first.length;
    for (const search of searches) {
      const next = search(text, from, end);
      if (next < 0) return false;
      from = next;
    }
    return isOneLine(text, from, end);
  };
}

function segmentsOf(pattern: Points): Segment[] {
  const segments: number[][] = [[]];
  for (let i = 0; i < pattern.length; i++) {
    const point = pattern[i] as number;
    if (point === STAR) segments.push([]);
    else segments.at(-1)?.push(point === QUESTION ? ANY : point);
  }
  return segments;
}

const isLineEnd = (point: number): boolean =>
  point === 0x0a || point === 0x0d || point === 0x85 || point === 0x2028 || point === 0x2029;

const isMatch = (expected: number, point: number): boolean =>
  expected === point || (expected === ANY && !isLineEnd(point));

function standsAt(segment: Segment, text: Points, from: number): boolean {
  if (from + segment.length > text.length) return false;
  for (let i = 0; i < segment.length; i++)
    if (!isMatch(segment[i] as number, text[from + i] as number)) return false;
  return true;
}

function isOneLine(text: Points, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (isLineEnd(text[i] as number)) return false;
  return true;
}

/** Finds the first place of a segment between two others; gives where it ends, or -1. */
function compileSearch(segment: Segment): (text: Points, from: number, to: number) => number {
  const masks = masksOf(segment);
  const state = new Int32Array(masks.any.length);
  const lastWord = state.length - 1;
  const lastBit = 1 << ((segment.length - 1) % WORD_BITS);
  return (text, from, to) => {
    state.fill(0);
    for (let i = from; i < to; i++) {
      const point = text[i] as number;
      advance(state, masks.exact.get(point) ?? (isLineEnd(point) ? masks.none : masks.any));
      if (((state[lastWord] as number) & lastBit) !== 0) {
        const start = i + 1 - segment.length;
        return isOneLine(text, from, start) ? i + 1 : -1;
      }
    }
    return -1;
  };
}

/** Bit `i` of the state says that the first `i + 1` characters of the segment end here. */
function advance(state: Int32Array, mask: Int32Array): void {
  let carry = 1;
  for (let w = 0; w < state.length; w++) {
    const old = state[w] as number;
    state[w] = ((old << 1) | carry) & (mask[w] as number);
    carry = old >>> (WORD_BITS - 1);
  }
}

/** For each character, the places of the segment where it may stand. */
function masksOf(segment: Segment) {
  const words = Math.ceil(segment.length / WORD_BITS);
  const none = new Int32Array(words);
  const any = new Int32Array(words);
  for (const [i, point] of segment.entries()) if (point === ANY) setBit(any, i);
  const exact = new Map<number, Int32Array>();
  for (const [i, point] of segment.entries()) {
    if (point === ANY) continue;
    const mask = exact.get(point) ?? (isLineEnd(point) ? none : any).slice();
    setBit(mask, i);
    exact.set(point, mask);
  }
  return { none, any, exact };
}

function setBit(mask: Int32Array, i: number): void {
  const word = Math.floor(i / WORD_BITS);
  mask[word] = (mask[word] as number) | (1 << (i % WORD_BITS));
}
