// Finding the parts of an expression: what is quoted is never looked into.

/**
 * The parts of a text between separators that stand outside of quotes, trimmed. Throws where a quote is not closed.
 * In a quoted text the same quote can stand behind a backslash.
 */
export function splitUnquoted(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "'" || character === '"') at = closingQuote(text, at);
    else if (character === separator) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  return [...parts, text.slice(start).trim()];
}

function closingQuote(text: string, open: number): number {
  const quote = text[open];
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === "\\" && text[at + 1] === quote) at++;
    else if (text[at] === quote) return at;
  }
  throw new Error(`A quote is not closed in '${text}'.`);
}

/** The content of a text that is one quoted constant; escapes stay as they are, as in Ditto. */
export function quotedConstant(text: string): string | undefined {
  const [quote] = text;
  if (text.length < 2 || (quote !== "'" && quote !== '"')) return undefined;
  return closingQuote(text, 0) === text.length - 1 ? text.slice(1, -1) : undefined;
}
