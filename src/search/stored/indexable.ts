// JSON as PostgreSQL's jsonb can hold it.

/** An escape of U+0000 or of half of a surrogate pair, or what looks like one; a backslash that is itself escaped is passed over. */
const ESCAPES =
  /\\\\|\\u0000|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}/g;
const SUSPECT = /\\u(?:0000|[dD][89a-fA-F])/;
/** The length of an escaped surrogate pair, and of `\\`. */
const WHOLE = new Set([12, 2]);

/**
 * JSON text with U+FFFD in the place of each U+0000 and of each half of a surrogate pair that stands alone, both of
 * which jsonb refuses.
 */
export function asIndexable(text: string): string {
  const wellFormed = text.isWellFormed() ? text : text.toWellFormed();
  if (!SUSPECT.test(wellFormed)) return wellFormed;
  return wellFormed.replace(ESCAPES, (found) => (WHOLE.has(found.length) ? found : "\ufffd"));
}
