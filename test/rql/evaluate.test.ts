import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { getKey, type JsonObject, type JsonValue } from "../../src/base/json/json.ts";
import { parseJson } from "../../src/base/json/parse.ts";
import type { Criterion, Literal } from "../../src/rql/criterion.ts";
import { compileCriterion } from "../../src/rql/evaluate.ts";
import { thingVocabulary, type Vocabulary } from "../../src/rql/field.ts";
import { parseRql } from "../../src/rql/parse.ts";
import { anyJson } from "../support/json-arbitraries.ts";
import { deepFreeze } from "../support/things.ts";
import { anyCriterion, anyLiteral } from "./print.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const now = Date.parse("2024-01-06T14:23:42.123Z");
const thing = deepFreeze(
  parseJson(`{
    "thingId": "org.eclipse:lamp", "policyId": "org.eclipse:policy", "definition": "org.eclipse:lamp:1.0.0",
    "_namespace": "org.eclipse", "_revision": 42,
    "_created": "2024-01-01T00:00:00Z", "_modified": "2024-01-06T13:23:42.123Z",
    "_metadata": {"attributes": {"int": {"unit": "V"}, "list": [{"unit": "A"}]}},
    "attributes": {
      "int": 5, "decimal": 5.5, "text": "abc", "digits": "007", "yes": true, "no": false, "nothing": null,
      "big": 9007199254740993, "zero": 0, "epoch": 1704550000000, "lines": "a\\nb",
      "blank": "", "none": {}, "noneOf": [], "object": {"a": {"b": 1}}, "__proto__": {"x": 1},
      "tags": ["red", 7, null, ["deep", [true]], {"x": 1}],
      "list": [{"x": 1, "in": [{"y": "p"}]}, {"x": "two", "in": [{"y": "q"}, {"z": 0}]}, 3, [{"x": 99}]],
      "blanks": [{"x": ""}]
    },
    "features": {
      "f": {"definition": ["a:b:1", "c:d:2"], "properties": {"p": {"q": 1}, "r": [1, 2]}, "desiredProperties": {"d": 1}},
      "bare": {}, "void": {"properties": {}}
    }
  }`),
) as JsonObject;

const vocabulary: Vocabulary = {
  ...thingVocabulary,
  placeholders: new Set(["topic:action", "topic:subject"]),
};

const placeholder = (name: string) => (name === "topic:action" ? "modified" : undefined);

function evaluate(criterion: Criterion, on: JsonObject = thing): boolean {
  const matches = compileCriterion(criterion, vocabulary);
  return matches({ field: (name) => getKey(on, name), placeholder, now });
}

/** One case a line: what holds, then what does not. */
function table(title: string, holds: readonly string[], fails: readonly string[]): void {
  describe(title, () => {
    for (const text of holds) test(`${text} holds`, () => expect(evaluate(parseRql(text))).toBe(true));
    for (const text of fails) test(`${text} fails`, () => expect(evaluate(parseRql(text))).toBe(false));
  });
}

table(
  "values of one type",
  [
    "eq(attributes/int,5)",
    "eq(/attributes/int,5.0)",
    "ne(attributes/int,6)",
    "gt(attributes/int,4)",
    "ge(attributes/int,5)",
    "lt(attributes/int,5.1)",
    "le(attributes/int,+5)",
    'eq(attributes/text,"abc")',
    "gt(attributes/text,'abB')",
    "lt(attributes/text,'abcd')",
    "eq(attributes/yes,true)",
    "gt(attributes/yes,false)",
    "eq(attributes/big,9007199254740993)",
    "gt(attributes/big,9007199254740992)",
    "eq(attributes/zero,-0.0)",
  ],
  [
    "eq(attributes/int,6)",
    "ne(attributes/int,5)",
    "gt(attributes/int,5)",
    "lt(attributes/int,5)",
    "eq(attributes/text,'ABC')",
    "eq(attributes/no,true)",
    "eq(attributes/big,9007199254740992)",
  ],
);

table(
  "values of different types",
  [
    "eq(attributes/int,'5')",
    "eq(attributes/digits,7)",
    "lt(attributes/digits,8)",
    "eq(attributes/yes,'true')",
    "lt(attributes/int,'x')",
    "ne(attributes/text,5)",
    "gt(attributes/text,5)",
  ],
  ["eq(attributes/digits,'7')", "eq(attributes/int,true)", "eq(attributes/text,5)", "gt(attributes/int,'x')"],
);

table(
  "null and what is absent",
  [
    "eq(attributes/nothing,null)",
    "ne(attributes/int,null)",
    "ne(attributes/absent,null)",
    "ne(attributes/absent,1)",
    "ne(attributes/nothing,1)",
    "exists(attributes/nothing)",
    "like(attributes/nothing,'*')",
  ],
  [
    "eq(attributes/int,null)",
    "eq(attributes/absent,null)",
    "ne(attributes/nothing,null)",
    "ge(attributes/nothing,null)",
    "le(attributes/int,null)",
    "lt(attributes/absent,1)",
    "in(attributes/nothing,null)",
    "in(attributes/absent,null,1)",
    "like(attributes/absent,'*')",
    "like(attributes/nothing,'?*')",
  ],
);

table(
  "arrays and objects",
  [
    "eq(attributes/tags,'red')",
    "eq(attributes/tags,7)",
    "eq(attributes/tags,null)",
    "eq(attributes/tags,'deep')",
    "eq(attributes/tags,true)",
    "ne(attributes/tags,'blue')",
    "gt(attributes/tags,6)",
    "like(attributes/tags,'d?ep')",
    "in(attributes/tags,1,'red')",
    "eq(attributes/list/x,1)",
    "eq(attributes/list/x,'two')",
    "eq(attributes/list/in/y,'q')",
    "exists(attributes/list/in/z)",
    "ne(attributes/object,1)",
    "eq(attributes/object/a/b,1)",
    "exists(attributes/object/a)",
    "eq(attributes/__proto__/x,1)",
  ],
  [
    "ne(attributes/tags,'red')",
    "eq(attributes/object,1)",
    "like(attributes/object,'*')",
    "eq(attributes/list,1)",
    "eq(attributes/list/x,99)",
    "exists(attributes/list/0)",
    "exists(attributes/list/y)",
    "exists(attributes/constructor)",
    "exists(attributes/text/length)",
  ],
);

table(
  "lists of values",
  [
    "in(attributes/int,1,5)",
    "in(attributes/int,'5.0')",
    "in(attributes/digits,7)",
    "in(attributes/yes,'true')",
    "in(attributes/text,null,'abc')",
    "in(attributes/big,9007199254740993)",
    "in(_modified,'x',time:now-1h)",
  ],
  [
    "in(attributes/int,1,'x')",
    "in(attributes/digits,'7')",
    "in(attributes/text,5)",
    "in(_modified,time:now)",
  ],
);

table(
  "patterns",
  [
    "like(attributes/text,'a*')",
    "like(attributes/text,'?b?')",
    "ilike(attributes/text,'A*C')",
    "like(attributes/int,'5')",
    "like(attributes/decimal,'5.?')",
    "like(attributes/yes,'tr*')",
    "like(attributes/big,'9007*3')",
    "like(attributes/lines,'a\\n*')",
  ],
  ["like(attributes/text,'A*')", "like(attributes/text,'b')", "like(attributes/lines,'a*b')"],
);

table(
  "what is there and what is empty",
  [
    "exists(features/f)",
    "exists(features/bare)",
    "exists(features/f/definition)",
    "exists(features/f/properties)",
    "exists(features/f/desiredProperties/)",
    "exists(features/f/properties/p)",
    "exists(features/f/desiredProperties/d)",
    "exists(_metadata/attributes/int/unit)",
    "exists(thingId)",
    "empty(attributes/absent)",
    "empty(attributes/nothing)",
    "empty(attributes/blank)",
    "empty(attributes/none)",
    "empty(attributes/noneOf)",
    "empty(features/bare)",
    "empty(features/absent)",
    "empty(features/void/properties)",
    "empty(features/f/properties/absent)",
    "empty(_metadata/attributes/list/unit)",
  ],
  [
    "exists(features/absent)",
    "exists(features/*)",
    "exists(features/bare/properties)",
    "exists(_metadata/attributes/list/unit)",
    "empty(attributes/zero)",
    "empty(attributes/no)",
    "empty(attributes/int)",
    "empty(attributes/tags)",
    "empty(attributes/object)",
    "empty(attributes/blanks/x)",
    "empty(features/void)",
    "empty(features/f)",
    "empty(definition)",
  ],
);

table(
  "fields of the thing",
  [
    "eq(thingId,'org.eclipse:lamp')",
    "like(/policyId,'org.*')",
    "eq(definition,'org.eclipse:lamp:1.0.0')",
    "eq(_namespace,'org.eclipse')",
    "ge(_revision,42)",
    "lt(_modified,time:now)",
    "eq(_modified,time:now-1h)",
    "lt(attributes/epoch,time:now_epoch_millis)",
    "gt(_modified,time:now[d])",
    "eq(attributes/nothing,time:whatever)",
    "eq(_metadata/attributes/int/unit,'V')",
    "eq(_metadata/attributes/list/unit,'A')",
    "eq(features/f/definition,'c:d:2')",
    "eq(features/f/properties/p/q,1)",
    "eq(features/f/properties/r,2)",
    "eq(features/f/desiredProperties/d,1)",
    "ne(_metadata,1)",
  ],
  [
    "gt(_revision,42)",
    "gt(_created,time:now-1d)",
    "lt(_modified,time:whatever)",
    "eq(features/*/properties/r,2)",
  ],
);

table(
  "special fields are compared but for Ditto do not exist",
  ["empty(_revision)", "empty(_metadata)", "empty(_modified)"],
  ["exists(_revision)", "exists(_created)", "exists(_namespace)", "exists(_metadata)"],
);

table(
  "placeholders",
  ["eq(topic:action,'modified')", "exists(topic:action)", "ne(topic:subject,'x')", "empty(topic:subject)"],
  ["eq(topic:action,'created')", "eq(topic:subject,'x')", "exists(topic:subject)", "empty(topic:action)"],
);

table(
  "logic",
  [
    "and(exists(thingId),eq(attributes/int,5))",
    "or(eq(attributes/int,6),eq(attributes/int,5))",
    "not(eq(attributes/int,6))",
    "not(or(exists(attributes/x),not(exists(thingId))))",
  ],
  [
    "and(exists(thingId),eq(attributes/int,6))",
    "or(eq(attributes/int,6),eq(attributes/int,7))",
    "not(exists(thingId))",
  ],
);

describe("what names no property, or no pattern, is refused", () => {
  const properties = [
    "",
    "a",
    "attributes",
    "features",
    "_policy",
    "_context",
    "namespace",
    "topic:entityName",
  ];
  const parts = [
    "features/",
    "features/f/",
    "features/f/other",
    "features/f/other/x",
    "/thingId/",
    "thingId/x",
  ];
  const refused = [
    ...[...properties, ...parts, "time:now", "thing:id"].flatMap((p) => [`eq(${p},1)`, `exists(${p})`]),
    ...["features/f", "features/f/properties", "features/f/desiredProperties/"].map((p) => `in(${p},1)`),
    "like(attributes/a,1)",
    "ilike(attributes/a,null)",
    "like(attributes/a,time:now)",
    `like(attributes/a,"${"x".repeat(1025)}")`,
    "and(exists(thingId),not(exists(bogus)))",
    `exists(${"x".repeat(5000)})`,
  ];
  for (const text of refused) {
    test(text.slice(0, 60), () => {
      expect(() => compileCriterion(parseRql(text), vocabulary)).toThrow(
        expect.objectContaining({ code: "rql.expression.invalid", status: 400 }),
      );
    });
  }

  test("placeholders belong to no condition", () => {
    expect(() => compileCriterion(parseRql("eq(topic:action,'x')"), thingVocabulary)).toThrow();
  });
});

const holding = (value: JsonValue): JsonObject => ({ attributes: { a: value } });
const anyKnown = anyCriterion(fc.constantFrom("attributes/a", "attributes/a/b", "attributes/a/a/c"));

test("not is the complement of everything, and ne that of eq", () => {
  fc.assert(
    fc.property(anyKnown, anyLiteral, anyJson, (criterion, value, json) => {
      const eq = evaluate({ op: "eq", property: "attributes/a", value }, holding(json));

      expect(evaluate({ op: "not", criterion }, holding(json))).toBe(!evaluate(criterion, holding(json)));
      expect(evaluate({ op: "ne", property: "attributes/a", value }, holding(json))).toBe(!eq);
    }),
  );
});

test("a list of values holds where one of its values other than null is equal", () => {
  const anyValues = fc.array(anyLiteral, { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(
      anyValues,
      fc.oneof(anyJson, fc.array(fc.constantFrom(1, "1", "1.0", true, "true"))),
      (values, json) => {
        const property = "attributes/a";
        const equals = (value: Literal) => evaluate({ op: "eq", property, value }, holding(json));

        expect(evaluate({ op: "in", property, values }, holding(json))).toBe(
          values.some((value) => value !== null && equals(value)),
        );
      },
    ),
  );
});

test("at or above is above or equal, at or below is below or equal", () => {
  fc.assert(
    fc.property(anyLiteral, anyJson, (value, json) => {
      if (value === null) return;
      const is = (op: "eq" | "gt" | "ge" | "lt" | "le") =>
        evaluate({ op, property: "attributes/a", value }, holding(json));

      expect(is("ge")).toBe(is("gt") || is("eq"));
      expect(is("le")).toBe(is("lt") || is("eq"));
    }),
  );
});

test("only the fields that are addressed are asked for", () => {
  const asked = new Set<string>();
  const matches = compileCriterion(parseRql("or(gt(_revision,1),exists(attributes/a))"), thingVocabulary);
  matches({ field: (name) => void asked.add(name), now });

  expect([...asked]).toEqual(["_revision", "attributes"]);
});

test("long lists on both sides are looked up, not compared each with each", () => {
  const values = Array.from({ length: 200 }, (_, i) => i);
  const texts = Array.from({ length: 300 }, (_, i) => String(i + 1000));
  const readings = vi.spyOn(RegExp.prototype, "exec");

  expect(evaluate({ op: "in", property: "attributes/a", values }, holding(texts))).toBe(false);
  expect(readings.mock.calls.length).toBeLessThanOrEqual(2 * (200 + 300));
});
