// Patterns of `like` and `ilike` (src/base/pattern.ts) as LIKE of SQL, whose work is bounded by the product of the lengths
// of text and pattern. LIKE goes beyond the ends of lines and theirs does not; so a text of several lines is
// matched line by line.

import { isPatternLengthAllowed, MAX_PATTERN } from "../../base/pattern.ts";
import type { Literal } from "../../rql/criterion.ts";
import { invalidRqlExpression } from "../../rql/errors.ts";
import type { Parameters } from "../statement.ts";
import { storableText } from "./literal.ts";

const LINE_END = /([\n\r\u0085\u2028\u2029])/;
const LINE_ENDS = "[\n\r\u0085\u2028\u2029]";
const OTHERS = "[^\n\r\u0085\u2028\u2029]+";

/** The pattern of a criterion; what is no text, or too long, is refused with `rql.expression.invalid`. */
export function patternOf(literal: Literal): string {
  if (typeof literal !== "string")
    throw invalidRqlExpression("The pattern of like and ilike is a quoted text.");
  if (!isPatternLengthAllowed(literal))
    throw invalidRqlExpression(`A pattern is longer than ${MAX_PATTERN} characters.`);
  return storableText(literal.replaceAll(/\*+/g, "*"));
}

/** What every text begins with that matches a pattern; the whole pattern where it has no wildcard. */
export const prefixOf = (pattern: string): string => /^[^*?]*/.exec(pattern)?.[0] ?? "";

/** The condition that an expression of type text matches a pattern as a whole. */
export function isLike(parameters: Parameters, text: string, pattern: string, ignoreCase: boolean): string {
  const folded = ignoreCase ? `lower(${text} collate "C")` : text;
  const parts = (ignoreCase ? toLower(pattern) : pattern).split(LINE_END);
  const whole = isLikeLine(parameters, text, pattern, ignoreCase);
  const end = parameters.addAs("text", LINE_ENDS);
  if (parts.length === 1) return `(${whole} and ${text} !~ ${end})`;
  const ends = parameters.addAs("text", parts.filter((_, i) => i % 2 === 1).join(""));
  const sameEnds = `regexp_replace(${text}, ${parameters.addAs("text", OTHERS)}, '', 'g') = ${ends}`;
  const lines = parameters.addTexts(parts.filter((_, i) => i % 2 === 0).map(toLike));
  const lineByLine = `(select bool_and(l.line like l.pattern)
    from unnest(regexp_split_to_array(${folded}, ${end}), ${lines}) as l (line, pattern))`;
  return `(${whole} and ${sameEnds} and ${lineByLine})`;
}

/** {@link isLike} for a text that is known to be one line. */
export function isLikeLine(
  parameters: Parameters,
  text: string,
  pattern: string,
  ignoreCase: boolean,
): string {
  const folded = ignoreCase ? `lower(${text} collate "C")` : text;
  return `${folded} like ${parameters.addAs("text", toLike(ignoreCase ? toLower(pattern) : pattern))}`;
}

const toLower = (text: string): string => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

const toLike = (line: string): string =>
  line
    .replaceAll(/[\\%_]/g, "\\$&")
    .replaceAll("*", "%")
    .replaceAll("?", "_");
