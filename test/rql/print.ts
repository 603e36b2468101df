// Says criteria as RQL and makes random ones.

import fc from "fast-check";
import { isRawNumber, rawNumber } from "../../src/base/json/json.ts";
import { type Criterion, isTimeValue, type Literal } from "../../src/rql/criterion.ts";

/** The text of a criterion. */
export function printRql(criterion: Criterion): string {
  if ("criteria" in criterion) return `${criterion.op}(${criterion.criteria.map(printRql).join(",")})`;
  if ("criterion" in criterion) return `${criterion.op}(${printRql(criterion.criterion)})`;
  const property = escaped(criterion.property, /[,)"\\]/g);
  if ("values" in criterion) return `in(${[property, ...criterion.values.map(printLiteral)].join(",")})`;
  if ("value" in criterion) return `${criterion.op}(${property},${printLiteral(criterion.value)})`;
  return `${criterion.op}(${property})`;
}

function printLiteral(literal: Literal): string {
  if (typeof literal === "string") return `"${escaped(literal, /["\\]/g)}"`;
  if (isRawNumber(literal)) return literal.rawJSON;
  if (typeof literal === "number") return printNumber(literal);
  return literal !== null && typeof literal === "object" && isTimeValue(literal)
    ? `time:${literal.time}`
    : String(literal);
}

/** All digits, as RQL knows no exponents; with a point where an integer would be refused, or read exactly. */
function printNumber(value: number): string {
  const [mantissa = "", exponent = "0"] = String(Math.abs(value)).split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const point = whole.length + Number(exponent);
  const digits = (whole + fraction).padStart(whole.length + fraction.length + Math.max(0, 1 - point), "0");
  const at = Math.max(1, point);
  const behind = digits.slice(at) || (Number.isSafeInteger(value) && !Object.is(value, -0) ? "" : "0");
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  return `${sign}${digits.slice(0, at).padEnd(at, "0")}${behind && `.${behind}`}`;
}

const escaped = (text: string, special: RegExp): string =>
  text.replaceAll(special, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

const anyProperty = fc.oneof(
  fc.constantFrom("attributes/a", "attributes/list/x", "features/f/properties/p", "/thingId", "_revision"),
  fc.string({ unit: "binary", maxLength: 8 }).filter((text) => !text.includes("//")),
);

export const anyLiteral: fc.Arbitrary<Literal> = fc.oneof(
  fc.constantFrom(null, true, false, rawNumber("9007199254740993"), rawNumber("-9223372036854775808")),
  fc.constantFrom({ time: "now" }, { time: "now-1h[d]" }),
  fc.maxSafeInteger().filter((value) => !Object.is(value, -0)),
  fc.integer({ min: -999_999, max: 999_999 }).map((value) => value / 8),
  fc.constantFrom("", "1", "1.0", "true", "x", "€"),
  fc.string({ unit: "binary", maxLength: 8 }),
);

/** Random criteria; `property` says which properties they may name. */
export function anyCriterion(property: fc.Arbitrary<string> = anyProperty): fc.Arbitrary<Criterion> {
  const { criterion } = fc.letrec<{ criterion: Criterion }>((tie) => ({
    criterion: fc.oneof(
      { maxDepth: 4 },
      fc.record({
        op: fc.constantFrom("eq", "ne", "gt", "ge", "lt", "le"),
        property,
        value: anyLiteral,
      }),
      fc.record({ op: fc.constantFrom("like", "ilike"), property, value: fc.string({ maxLength: 6 }) }),
      fc.record({
        op: fc.constant("in"),
        property,
        values: fc.array(anyLiteral, { minLength: 1, maxLength: 4 }),
      }),
      fc.record({ op: fc.constantFrom("exists", "empty"), property }),
      fc.record({
        op: fc.constantFrom("and", "or"),
        criteria: fc.array(tie("criterion"), { minLength: 1, maxLength: 3 }),
      }),
      fc.record({ op: fc.constant("not"), criterion: tie("criterion") }),
    ) as fc.Arbitrary<Criterion>,
  }));
  return criterion;
}
