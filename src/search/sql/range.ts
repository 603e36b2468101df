// Ranges that an index on texts in the order of code points serves.

const LAST = "\u{10ffff}";
const SURROGATES = 0xd800;
const BEHIND_SURROGATES = 0xe000;

/** The least text above all that begin with a prefix, if there is one. */
export function behindPrefix(prefix: string): string | undefined {
  let kept = prefix;
  while (kept.endsWith(LAST)) kept = kept.slice(0, -LAST.length);
  const last = Array.from(kept.slice(-2)).at(-1);
  if (last === undefined) return undefined;
  const next = (last.codePointAt(0) as number) + 1;
  return kept.slice(0, -last.length) + String.fromCodePoint(next === SURROGATES ? BEHIND_SURROGATES : next);
}
