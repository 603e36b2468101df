// Letters whatever their case: each is the small one, where that is one letter, and A–Z stand for a–z only.

const FIRST_BEYOND_ASCII = 0x80;
const LAST_WITH_CASE = 0x1ffff;
const FIRST_SURROGATE = 0xd800;
const LAST_SURROGATE = 0xdfff;

/** The text in small letters. */
export const foldCase = (text: string): string => Array.from(text, foldLetter).join("");

function foldLetter(letter: string): string {
  const small = letter.toLowerCase();
  if (small === letter) return letter;
  const [first = letter, second] = small;
  const point = first.codePointAt(0) as number;
  const isAscii = (letter.codePointAt(0) as number) < FIRST_BEYOND_ASCII;
  return second === undefined && (isAscii || point >= FIRST_BEYOND_ASCII) ? first : letter;
}

/** For each letter beyond ASCII of a folded text the others that are it in another case. */
export function othersOf(folded: string): readonly (readonly [other: string, letter: string])[] {
  const letters = new Set(Array.from(folded).filter(isBeyondAscii));
  if (letters.size === 0) return [];
  known ??= othersByLetter();
  const table = known;
  return [...letters].flatMap((letter) => (table.get(letter) ?? []).map((other) => [other, letter] as const));
}

const isBeyondAscii = (letter: string): boolean => (letter.codePointAt(0) as number) >= FIRST_BEYOND_ASCII;

let known: ReadonlyMap<string, readonly string[]> | undefined;

/** Made when a pattern first needs it: it takes some milliseconds. */
function othersByLetter(): ReadonlyMap<string, readonly string[]> {
  const others = new Map<string, string[]>();
  for (let point = FIRST_BEYOND_ASCII; point <= LAST_WITH_CASE; point++) {
    if (point >= FIRST_SURROGATE && point <= LAST_SURROGATE) continue;
    const letter = String.fromCodePoint(point);
    const small = foldLetter(letter);
    if (small === letter) continue;
    const same = others.get(small);
    if (same) same.push(letter);
    else others.set(small, [letter]);
  }
  return others;
}
