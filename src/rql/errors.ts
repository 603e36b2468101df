import { defineError, type TwinError } from "../base/errors.ts";

/** What a caller makes of a reason why an expression is refused; the code depends on where the expression stood. */
export type Refusal = (reason: string) => TwinError;

export const invalidRqlExpression = defineError("rql.expression.invalid", 400, (reason: string) => ({
  message: "The RQL expression is not valid.",
  description: reason,
}));

const MAX_QUOTED = 100;

/** A part of an expression in quotes for a reason, cut where it is long. */
export const quoted = (text: string): string =>
  text.length > MAX_QUOTED ? `'${text.slice(0, MAX_QUOTED).toWellFormed()}…'` : `'${text}'`;
