// Patterns as a search understands them: at an end of the pattern `*` is anything, elsewhere it and `?` stay in their line.

const ASCII = 0x80;

/** Whether a text matches a pattern as a whole. */
export function isLike(text: string, pattern: string, ignoreCase: boolean): boolean {
  const inner = fold([...pattern.replace(/^\*+/, "").replace(/\*+$/, "")], ignoreCase);
  const characters = fold([...text], ignoreCase);
  const begins = pattern.startsWith("*") ? characters.map((_, i) => i) : [0];
  let places = new Set(pattern.startsWith("*") ? [...begins, characters.length] : begins);
  for (const token of inner) places = behind(token, places, characters);
  return pattern.endsWith("*") ? places.size > 0 : places.has(characters.length);
}

/** Where a token can end that begins at one of the places. */
function behind(token: string, places: ReadonlySet<number>, text: readonly string[]): Set<number> {
  const next = new Set<number>();
  for (const place of places) {
    if (token === "*") {
      next.add(place);
      for (let at = place; at < text.length && text[at] !== "\n"; at++) next.add(at + 1);
    } else if (place < text.length && (token === "?" ? text[place] !== "\n" : text[place] === token))
      next.add(place + 1);
  }
  return next;
}

/** Small letters, where one is one; what is not ASCII never becomes it. */
function fold(characters: readonly string[], ignoreCase: boolean): readonly string[] {
  if (!ignoreCase) return characters;
  return characters.map((character) => {
    const small = [...character.toLowerCase()];
    const isLost =
      (character.codePointAt(0) as number) >= ASCII && (small[0]?.codePointAt(0) as number) < ASCII;
    return small.length === 1 && !isLost ? (small[0] as string) : character;
  });
}
