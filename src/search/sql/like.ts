// Patterns of `like` and `ilike` as conditions of SQL, with Ditto's semantics of searches: at an end of the pattern `*` stands for
// anything, between other characters neither it nor `?` goes beyond the end of a line.

import type { Criterion, Literal } from "../../rql/criterion.ts";
import { invalidRqlExpression } from "../../rql/errors.ts";
import { patternIn } from "../../rql/leaf-test.ts";
import type { Parameters } from "../statement.ts";
import { foldCase, othersOf } from "./fold-case.ts";
import { storableText } from "./literal.ts";

/** Characters of all patterns of a filter. */
const MAX_PATTERNS = 4096;

/** The pattern of a criterion; what is no text, or too long, is refused with `rql.expression.invalid`. */
export const patternOf = (literal: Literal): string =>
  storableText(patternIn(literal).replaceAll(/\*+/g, "*"));

/**
 * Refuses with `rql.expression.invalid` patterns that are too long together: matching takes as long as text times
 * pattern, and the embedded database cannot be interrupted meanwhile.
 */
export function refuseCostlyPatterns(criterion: Criterion): void {
  if (lengthOfPatterns(criterion) > MAX_PATTERNS)
    throw invalidRqlExpression(`Its patterns are longer than ${MAX_PATTERNS} characters together.`);
}

function lengthOfPatterns(criterion: Criterion): number {
  if ("criteria" in criterion)
    return criterion.criteria.reduce((length, part) => length + lengthOfPatterns(part), 0);
  if ("criterion" in criterion) return lengthOfPatterns(criterion.criterion);
  const isPattern = criterion.op === "like" || criterion.op === "ilike";
  return isPattern && typeof criterion.value === "string" ? criterion.value.length : 0;
}

/** What every text begins with that matches a pattern; the whole pattern where it has no wildcard. */
export const prefixOf = (pattern: string): string => /^[^*?]*/.exec(pattern)?.[0] ?? "";

/**
 * The condition that an expression of type text matches a pattern as a whole. The work is bounded by the product of the
 * lengths of text and pattern; only texts of several lines need an expression that knows of lines.
 */
export function isLike(parameters: Parameters, text: string, pattern: string, ignoreCase: boolean): string {
  const folded = ignoreCase ? foldedText(parameters, text, pattern) : text;
  const wanted = ignoreCase ? foldCase(pattern) : pattern;
  const like = `${folded} like ${parameters.addAs("text", toLike(wanted))}`;
  if (!/[*?]/.test(wanted.replaceAll(/^\*|\*$/g, ""))) return like;
  const expression = parameters.addAs("text", toExpression(wanted));
  return `(${like} and (strpos(${text}, ${parameters.addAs("text", "\n")}) = 0 or ${folded} ~ ${expression}))`;
}

/** {@link isLike} for a text that is known to be one line. */
export function isLikeLine(
  parameters: Parameters,
  text: string,
  pattern: string,
  ignoreCase: boolean,
): string {
  const folded = ignoreCase ? foldedText(parameters, text, pattern) : text;
  return `${folded} like ${parameters.addAs("text", toLike(ignoreCase ? foldCase(pattern) : pattern))}`;
}

/** A pattern as one of LIKE. */
export const toLike = (pattern: string): string =>
  pattern
    .replaceAll(/[\\%_]/g, "\\$&")
    .replaceAll("*", "%")
    .replaceAll("?", "_");

/** A pattern as a regular expression of PostgreSQL, with an anchor at each end where no `*` is. */
function toExpression(pattern: string): string {
  const inner = pattern.replaceAll(/^\*|\*$/g, "");
  const expression = inner
    .replaceAll(/[^A-Za-z0-9\n*?\u0080-\uffff]/g, "\\$&")
    .replaceAll("*", "[^\n]*")
    .replaceAll("?", "[^\n]");
  return `${pattern.startsWith("*") ? "" : "^"}${expression}${pattern.endsWith("*") ? "" : "$"}`;
}

/**
 * A text whose letters are small ones as far as the pattern has them, whatever the locale of the database: its rules are
 * those of C, which know A–Z, and the other letters of the pattern are translated one by one.
 */
function foldedText(parameters: Parameters, text: string, pattern: string): string {
  const lower = `lower(${text} collate "C")`;
  const letters = othersOf(foldCase(pattern));
  if (letters.length === 0) return lower;
  const from = letters.map(([other]) => other).join("");
  const to = letters.map(([, letter]) => letter).join("");
  return `translate(${lower}, ${parameters.addAs("text", from)}, ${parameters.addAs("text", to)})`;
}
