// Reads RQL (basic-rql page). The grammar is Ditto's, to the places where a space may stand.

import type { Criterion, Literal } from "./criterion.ts";
import { invalidRqlExpression, quoted, type Refusal } from "./errors.ts";
import { Scanner } from "./scanner.ts";

/** Longest expression accepted, in UTF-16 units. */
export const MAX_RQL_LENGTH = 65_536;
/** Deepest nesting of operators accepted. */
export const MAX_RQL_DEPTH = 100;
/** Most operators accepted, since each is evaluated on values that may be long themselves. */
export const MAX_RQL_OPERATORS = 256;

/**
 * Parses an expression in one pass over its text. What is no RQL, too long or nested too deep is refused with
 * `rql.expression.invalid`, or with the error that the caller makes of the reason. Whether the properties
 * exist is not asked here, but when the criterion is compiled.
 */
export function parseRql(text: string, refusal: Refusal = invalidRqlExpression): Criterion {
  if (text.length > MAX_RQL_LENGTH) throw refusal(`It is longer than ${MAX_RQL_LENGTH} characters.`);
  const scanner = new Scanner(text, refusal);
  let operators = 0;

  function criterion(depth: number): Criterion {
    if (depth > MAX_RQL_DEPTH) throw refusal(`It is nested deeper than ${MAX_RQL_DEPTH} levels.`);
    if (++operators > MAX_RQL_OPERATORS) throw refusal(`It has more than ${MAX_RQL_OPERATORS} operators.`);
    const parsed = operation(scanner.operator(), depth);
    scanner.expect(")");
    return parsed;
  }

  function operation(op: string, depth: number): Criterion {
    switch (op) {
      case "and":
      case "or":
        return { op, criteria: criteria(depth + 1) };
      case "not":
        return { op, criterion: criterion(depth + 1) };
      case "eq":
      case "ne":
      case "gt":
      case "ge":
      case "lt":
      case "le":
      case "like":
      case "ilike":
        return { op, property: property(), value: value() };
      case "in":
        return { op, property: property(), values: values() };
      case "exists":
      case "empty":
        return { op, property: property() };
      default:
        throw refusal(`There is no operator ${quoted(op)}.`);
    }
  }

  function criteria(depth: number): readonly Criterion[] {
    const parsed = [criterion(depth)];
    while (scanner.take(",")) {
      scanner.skipSpace();
      parsed.push(criterion(depth));
    }
    return parsed;
  }

  function property(): string {
    const name = scanner.property();
    if (name.includes("//")) throw refusal(`The property ${quoted(name)} has an empty key.`);
    return name;
  }

  function value(): Literal {
    scanner.expect(",");
    return scanner.literal();
  }

  function values(): readonly Literal[] {
    const parsed = [value()];
    while (scanner.isAt(",")) parsed.push(value());
    return parsed;
  }

  scanner.skipSpace();
  const parsed = criterion(1);
  scanner.expectEnd();
  return parsed;
}
