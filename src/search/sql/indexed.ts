// Tests of fields whose values a custom index holds: single values, in order of their type, number and text.

import type { Path } from "../../base/json/pointer.ts";
import type { Parameters } from "../statement.ts";
import { OPERATORS, prefixRange, printScalar } from "./column.ts";
import type { Order } from "./jsonpath.ts";
import { isLike, prefixOf } from "./like.ts";
import { indexExpressions, literalPath } from "./literal.ts";
import type { Value } from "./resolve.ts";
import type { Test } from "./test-of.ts";

/** How many characters of a text an index holds. */
const HELD = 256;
const RANKS = { number: 1, string: 2, boolean: 5 } as const;

/**
 * Conditions that hold for all values that pass a test, and that the index on their path serves; `isExact` tells
 * whether they hold for no others. `undefined` where the index is of no use.
 */
export function indexedCondition(
  parameters: Parameters,
  path: Path,
  test: Test,
): { readonly condition: string; readonly isExact: boolean } | undefined {
  switch (test.op) {
    case "eq":
    case "gt":
    case "ge":
    case "lt":
    case "le":
      return compare(parameters, path, test.op, test.value);
    case "like":
      return { condition: likeCondition(parameters, path, test.pattern), isExact: true };
    default:
      return undefined;
  }
}

function compare(parameters: Parameters, path: Path, op: Order, value: Value) {
  if (value === null) return undefined;
  if (typeof value === "string") return compareText(parameters, path, op, value);
  const { rank, number } = indexExpressions(path, "t");
  const isBoolean = typeof value === "boolean";
  const place = parameters.addAs("numeric", isBoolean ? String(Number(value)) : printScalar(value));
  const type = isBoolean ? RANKS.boolean : RANKS.number;
  return { condition: `(${rank} = ${type} and ${number} ${OPERATORS[op]} ${place})`, isExact: true };
}

/** Texts that differ only behind what the index holds are equal there. */
function compareText(parameters: Parameters, path: Path, op: Order, value: string) {
  const held = heldPart(value);
  const isExact = Array.from(held).length < HELD;
  const operator = isExact ? OPERATORS[op] : { eq: "=", gt: ">=", ge: ">=", lt: "<=", le: "<=" }[op];
  const { text } = indexExpressions(path, "t");
  const condition = `(${isText(path)} and ${text} ${operator} ${parameters.addAs("text", held)})`;
  return { condition, isExact };
}

/** Of a mere prefix the range says all. */
function likeCondition(parameters: Parameters, path: Path, pattern: string): string {
  const held = heldPart(prefixOf(pattern));
  const range = prefixRange(parameters, indexExpressions(path, "t").text, held);
  const isRange = pattern === `${held}*`;
  const like = isRange ? [] : [isLike(parameters, `(t.thing #>> ${literalPath(path)})`, pattern, false)];
  return `(${[isText(path), ...range, ...like].join(" and ")})`;
}

/** The number of a text is 0; to say so lets the index go on to the text. */
function isText(path: Path): string {
  const { rank, number } = indexExpressions(path, "t");
  return `${rank} = ${RANKS.string} and ${number} = 0`;
}

const heldPart = (text: string): string => Array.from(text).slice(0, HELD).join("");
