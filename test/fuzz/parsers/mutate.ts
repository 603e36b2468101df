// Changing texts: a little here and there, pieces of others, and pieces repeated until they are long or deep.

import { mutateJson } from "./mutate-json.ts";
import type { Random } from "./random.ts";
import type { FuzzedParser } from "./target.ts";

/** Characters that parsers stumble over. */
const AWKWARD = [
  ..."\0\t\n\r\u001f \"'\\/~*?.,:;|{}[]()<>$%&#+-_=@^`0159aAzZ",
  ..."\u007f\u0085\u00a0\u00ff\u0130\u017f\u200b\u2028\u212a\ufeff\ufffd\uffff",
  "\ud800",
  "\udc00",
  "😀",
  "__proto__",
  "constructor",
];

/** What opens and closes something: nested, they make depth. */
const PAIRS = [
  ["[", "]"],
  ['{"a":', "}"],
  ["(", ")"],
  ["not(", ")"],
  ["and(", ")"],
  ["a(", ")"],
  ["{{", "}}"],
  ["{#a}", "{/a}"],
  ['"', '"'],
] as const;

const REPETITIONS = [2, 3, 10, 100, 1_000, 10_000, 200_000];

type Change = (text: string, parser: FuzzedParser, pool: readonly string[], random: Random) => string;

const cut = (text: string, random: Random): readonly [start: string, piece: string, end: string] => {
  const a = random.below(text.length + 1);
  // Mostly short pieces.
  const length = random.below(3) === 0 ? random.below(text.length - a + 1) : random.below(8);
  return [text.slice(0, a), text.slice(a, a + length), text.slice(a + length)];
};

const changes: readonly Change[] = [
  (text, _, __, random) => {
    const [start, , end] = cut(text, random);
    return start + end;
  },
  (text, _, __, random) => {
    const [start, piece, end] = cut(text, random);
    return start + piece + piece + end;
  },
  (text, { words }, _, random) => {
    const [start, , end] = cut(text, random);
    return start + random.oneOf(words) + end;
  },
  (text, { words }, _, random) => {
    const [start, piece, end] = cut(text, random);
    return start + random.oneOf(words) + piece + end;
  },
  (text, _, __, random) => {
    const [start, piece, end] = cut(text, random);
    return start + random.oneOf(AWKWARD) + piece + end;
  },
  (text, _, __, random) => {
    const [start, , end] = cut(text, random);
    return start + random.oneOf(AWKWARD) + end;
  },
  (text, _, pool, random) => cut(text, random)[0] + cut(random.oneOf(pool), random)[2],
  (text, _, pool, random) => {
    const [start, , end] = cut(text, random);
    return start + cut(random.oneOf(pool), random)[1] + end;
  },
  pump,
  nest,
];

/** Repeats a piece. */
function pump(text: string, { maxLength }: FuzzedParser, _: readonly string[], random: Random): string {
  const [start, piece, end] = cut(text, random);
  const times = Math.min(random.oneOf(REPETITIONS), Math.floor(maxLength / Math.max(1, piece.length)));
  return start + piece.repeat(times) + end;
}

/** Puts a piece into something of its own, many times over. */
function nest(text: string, { maxLength }: FuzzedParser, _: readonly string[], random: Random): string {
  const [start, piece, end] = cut(text, random);
  const [open, close] = random.oneOf(PAIRS);
  const times = Math.min(random.oneOf(REPETITIONS), Math.floor(maxLength / (open.length + close.length)));
  return start + open.repeat(times) + piece + (random.below(4) === 0 ? "" : close.repeat(times)) + end;
}

/** A text with a few changes; pieces of others come from the pool, which is not empty. */
export function mutate(text: string, parser: FuzzedParser, pool: readonly string[], random: Random): string {
  let changed = text;
  for (let left = 1 + random.below(4); left > 0; left--) {
    const asTree = parser.isJson === true && random.below(2) === 0;
    changed = asTree
      ? mutateJson(changed, parser.words, random)
      : random.oneOf(changes)(changed, parser, pool, random);
  }
  return changed.slice(0, parser.maxLength);
}
