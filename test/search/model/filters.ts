// Random filters in the words of random things, and how they are written.

import fc from "fast-check";
import { isRawNumber } from "../../../src/base/json/json.ts";
import { type Criterion, isTimeValue, type Literal } from "../../../src/rql/criterion.ts";
import type { Sorting } from "./sort.ts";
import { featureId, key, scalar, texts, timeName } from "./vocabulary.ts";

const inProperty = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1");
const below = (prefix: string, maxLength: number) =>
  fc.array(key, { minLength: 1, maxLength }).map((keys) => [prefix, ...keys.map(inProperty)].join("/"));

const anyFeature = fc.oneof(fc.constant("*"), featureId);
const ofFeature = (inner: fc.Arbitrary<string>) =>
  fc.tuple(anyFeature, inner).map(([id, rest]) => `features/${id}/${rest}`);

const simple = fc.constantFrom(
  ...["thingId", "namespace", "policyId", "definition", "_revision", "_created", "_modified"],
);

/** What can be compared. */
export const property = fc.oneof(
  { weight: 5, arbitrary: below("attributes", 2) },
  { weight: 4, arbitrary: ofFeature(below("properties", 2)) },
  { weight: 1, arbitrary: ofFeature(below("desiredProperties", 2)) },
  { weight: 1, arbitrary: ofFeature(fc.constant("definition")) },
  { weight: 1, arbitrary: below("_metadata/attributes", 2) },
  { weight: 2, arbitrary: simple },
);
const askable = fc.oneof(
  { weight: 6, arbitrary: property },
  { weight: 1, arbitrary: ofFeature(fc.constantFrom("properties", "desiredProperties", "definition")) },
  { weight: 1, arbitrary: featureId.map((id) => `features/${id}`) },
);

const literal: fc.Arbitrary<Literal> = fc.oneof(
  { weight: 8, arbitrary: scalar as fc.Arbitrary<Literal> },
  { weight: 1, arbitrary: timeName.map((time) => ({ time })) },
  { weight: 1, arbitrary: fc.constantFrom("org.a", "org.a:p1", "org.a:a6", "org.a:model:1", 3) },
);

/** A text of the vocabulary in which some characters are wildcards, perhaps in other letters. */
const pattern = fc
  .tuple(
    fc.oneof(
      fc.constantFrom("a", "ab", "aB", "abc", "a\nb", "org.a:p1", "org.b:a0"),
      fc.constantFrom(...texts),
    ),
    fc.array(fc.tuple(fc.nat(8), fc.constantFrom("*", "?", "**", "")), { maxLength: 3 }),
    fc.constantFrom("as it is", "small", "large"),
  )
  .map(([text, changes, letters]) => {
    const characters = [...text];
    for (const [at, wildcard] of changes) characters.splice(at % (characters.length + 1), at % 2, wildcard);
    const changed = characters.join("");
    return letters === "as it is"
      ? changed
      : letters === "small"
        ? changed.toLowerCase()
        : changed.toUpperCase();
  });

/** So many that they are looked up instead of compared one by one. */
const manyValues = Array.from({ length: 300 }, (_, i) => `${i}.`);

const leaf = fc.oneof(
  { weight: 4, arbitrary: fc.record({ op: fc.constantFrom("eq", "ne"), property, value: literal }) },
  {
    weight: 4,
    arbitrary: fc.record({ op: fc.constantFrom("gt", "ge", "lt", "le"), property, value: literal }),
  },
  { weight: 3, arbitrary: fc.record({ op: fc.constantFrom("like", "ilike"), property, value: pattern }) },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constant("in"),
      property,
      values: fc.array(literal, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant("in"),
      property,
      values: fc.tuple(literal, literal, literal).map((some) => [...manyValues, ...some]),
    }),
  },
  { weight: 3, arbitrary: fc.record({ op: fc.constantFrom("exists", "empty"), property: askable }) },
);

const { filter } = fc.letrec<{ filter: Criterion }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, depthSize: "medium" },
    { weight: 4, arbitrary: leaf },
    {
      weight: 2,
      arbitrary: fc.record({
        op: fc.constantFrom("and", "or"),
        criteria: fc.array(tie("filter"), { minLength: 1, maxLength: 3 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ op: fc.constant("not"), criterion: tie("filter") }) },
  ) as fc.Arbitrary<Criterion>,
}));

export { filter };

/** Up to three keys, the same one twice and those after `thingId` included; nothing is sorted by definitions of features. */
export const sorting: fc.Arbitrary<readonly Sorting[]> = fc.array(
  fc.record({
    property: property.filter((name) => !/^features.*definition$/.test(name)),
    descending: fc.boolean(),
  }),
  { maxLength: 3 },
);

/** The text of a filter; `quote` is put around its texts. */
export function writeFilter(criterion: Criterion, quote: '"' | "'"): string {
  const write = (part: Criterion): string => {
    if ("criteria" in part) return `${part.op}(${part.criteria.map(write).join(",")})`;
    if ("criterion" in part) return `${part.op}(${write(part.criterion)})`;
    const name = part.property.replaceAll(/[,)"\\]/g, escapeUnit);
    const values = "values" in part ? part.values : "value" in part ? [part.value] : [];
    return `${part.op}(${[name, ...values.map((value) => writeLiteral(value, quote))].join(",")})`;
  };
  return write(criterion);
}

function writeLiteral(value: Literal, quote: string): string {
  if (typeof value === "string")
    return quote + value.replaceAll(new RegExp(`[\\\\${quote}]`, "g"), "\\$&") + quote;
  if (typeof value === "number") return writeNumber(value);
  if (isRawNumber(value)) return value.rawJSON;
  return isTimeValue(value) ? `time:${value.time}` : String(value);
}

/** RQL knows no exponents. */
function writeNumber(value: number): string {
  if (Object.is(value, -0)) return "0";
  if (Math.abs(value) >= 1e20) return `${BigInt(value)}.0`;
  return Math.abs(value) < 1e-6 && value !== 0 ? value.toFixed(20) : String(value);
}

const escapeUnit = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
