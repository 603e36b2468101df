// Ranges that an index on texts in the order of code points serves.

const LAST = 0x10ffff;
const SURROGATES = 0xd800;
const BEHIND_SURROGATES = 0xe000;

/** The least text above all that begin with a prefix, if there is one. */
export function behindPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) as number);
  while (points.at(-1) === LAST) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  const next = last + 1 === SURROGATES ? BEHIND_SURROGATES : last + 1;
  return [...points, next].map((point) => String.fromCodePoint(point)).join("");
}
