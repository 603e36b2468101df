// Texts with placeholders, `{{ prefix:name | fn:… }}` or the older `${prefix:name}` (basic-placeholders page).

import { deleted, type Element, type Expression, product, type Values } from "./element.ts";
import { compileExpression } from "./expression.ts";

const MAX_TEMPLATE = 10_000;

/** A compiled text with placeholders. */
export interface Template {
  /** The text as it was written. */
  readonly text: string;
  /**
   * All texts it stands for, one for each combination of the placeholders' values; none where one of them has no value.
   * Throws `placeholder:function.too.complex` where these are beyond all measure (1,000 texts, 10^6 characters).
   */
  resolve(values: Values): readonly string[];
}

/**
 * Compiles a text. `supported` tells which placeholders, named `prefix:rest`, there are where the text is used.
 * Throws a plain error, to be told to whoever wrote the text, on a bad expression, an unknown placeholder or function, and
 * on a placeholder that is not closed: Ditto takes it for literal text, of which nobody would learn.
 */
export function compileTemplate(text: string, supported: (name: string) => boolean): Template {
  if (text.length > MAX_TEMPLATE) throw new Error(`A template has at most ${MAX_TEMPLATE} characters.`);
  const parts = partsOf(text).map((part) =>
    part.isExpression ? compileExpression(part.text, supported) : part.text,
  );
  return { text, resolve: (values) => resolve(parts, values) };
}

function resolve(parts: readonly (string | Expression)[], values: Values): readonly string[] {
  if (parts.length === 0) return [""];
  const elements = parts.map((part): Element => (typeof part === "string" ? [part] : part(values)));
  const kept = elements.filter((element) => element !== deleted);
  return kept.length === 0 ? [] : kept.reduce(product);
}

interface Part {
  readonly text: string;
  readonly isExpression: boolean;
}

/** The literal texts and expressions in turn. */
function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let literalFrom = 0;
  const add = (from: number, start: number, end: number, next: number) => {
    if (from > literalFrom) parts.push({ text: text.slice(literalFrom, from), isExpression: false });
    parts.push({ text: text.slice(start, end), isExpression: true });
    literalFrom = next;
  };
  for (let at = 0; at < text.length; at++) {
    const [open, close] = text.startsWith("{{", at) ? ["{{", "}}"] : ["${", "}"];
    if (!text.startsWith(open, at)) continue;
    const end = text.indexOf(close, at + 2);
    if (end < 0) throw new Error(`The placeholder '${text.slice(at)}' is not closed.`);
    add(at, at + 2, end, end + close.length);
    at = literalFrom - 1;
  }
  if (literalFrom < text.length) parts.push({ text: text.slice(literalFrom), isExpression: false });
  return parts;
}
