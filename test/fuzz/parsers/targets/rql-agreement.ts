// Conditions and searches read the same RQL by two implementations. Where Ditto's two mean the same (values of one type, and
// `ne` and `null` of what is there), ours must agree: the evaluator of conditions with the model that holds searches to
// account.

import fc from "fast-check";
import { getKey, type JsonObject } from "../../../../src/base/json/json.ts";
import { parseStored } from "../../../../src/base/json/parse.ts";
import type { Criterion } from "../../../../src/rql/criterion.ts";
import { compileCriterion } from "../../../../src/rql/evaluate.ts";
import { thingVocabulary } from "../../../../src/rql/field.ts";
import { parseRql } from "../../../../src/rql/parse.ts";
import { printRql } from "../../../rql/print.ts";
import { finds } from "../../../search/model/finds.ts";
import { type FuzzedParser, promised } from "../target.ts";

const now = Date.parse("2026-05-04T03:02:01.007Z");
const numbers = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.integer({ min: -40, max: 40 }).map((n) => n / 8),
);
const texts = fc.string({ unit: fc.constantFrom(..."abAB1.%_\\é€"), maxLength: 4 });
const listOf = <T>(values: fc.Arbitrary<T>) =>
  fc.oneof(
    { weight: 4, arbitrary: values },
    { weight: 1, arbitrary: fc.array(values, { minLength: 1, maxLength: 3 }) },
  );
const members = { n: listOf(numbers), t: listOf(texts), b: listOf(fc.boolean()) };
const inner = fc.record(members);
const document = fc.record({
  thingId: fc.constant("org.a:x"),
  attributes: fc.record({ ...members, o: inner, list: fc.array(inner, { minLength: 1, maxLength: 3 }) }),
  features: fc.record({ f: fc.record({ properties: inner }) }),
});
const holder = fc.constantFrom("attributes", "attributes/o", "attributes/list", "features/f/properties");
const propertyOf = (name: string) => holder.map((prefix) => `${prefix}/${name}`);
const patterns = fc.string({ unit: fc.constantFrom(..."abAB1.%_*?*"), maxLength: 5 });

/** Comparisons of what is there with values of its type. */
const leaves = (["n", "t", "b"] as const).flatMap((name) => {
  const value = { n: numbers, t: texts, b: fc.boolean() }[name] as fc.Arbitrary<string | number | boolean>;
  const property = propertyOf(name);
  return [
    fc.record({ op: fc.constantFrom("eq", "ne", "gt", "ge", "lt", "le"), property, value }),
    fc.record({ op: fc.constant("in"), property, values: fc.array(value, { minLength: 1, maxLength: 3 }) }),
    fc.record({ op: fc.constant("exists"), property: fc.oneof(property, propertyOf("missing")) }),
  ];
});
const leaf = fc.oneof(
  ...leaves,
  fc.record({ op: fc.constantFrom("like", "ilike"), property: propertyOf("t"), value: patterns }),
);
const { filter } = fc.letrec<{ filter: Criterion }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.record({
      op: fc.constantFrom("and", "or"),
      criteria: fc.array(tie("filter"), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ op: fc.constant("not"), criterion: tie("filter") }),
  ) as fc.Arbitrary<Criterion>,
}));

export const rqlAgreement: FuzzedParser = {
  name: "rql-agreement",
  shapes: fc
    .tuple(document, filter)
    .map(([thing, criterion]) => JSON.stringify([thing, printRql(criterion)])),
  words: [],
  isFixed: true,
  maxLength: 100_000,
  enoughMs: (length) => 50 + length / 200,
  attempt(text) {
    const [thing, expression] = parseStored(text) as unknown as [JsonObject, string];
    const criterion = parseRql(expression);
    const matches = compileCriterion(
      criterion,
      thingVocabulary,
    )({ field: (name) => getKey(thing, name), now });
    const found = finds(criterion, thing, [{ path: [], granted: ["s"], revoked: [] }], ["s"], now);
    promised(found === matches, () => `A condition is ${matches}, a search ${found}.`);
    return `${criterion.op} ${found}`;
  },
};
