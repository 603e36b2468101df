// Expressions that a real Ditto judged: ../shared/reference/recorded/*.jsonl, by file and number of the request.

import { describe, expect, test } from "vitest";
import { defineError } from "../../src/base/errors.ts";
import { getKey, type JsonObject } from "../../src/base/json/json.ts";
import { compileCriterion } from "../../src/rql/evaluate.ts";
import { thingVocabulary, type Vocabulary } from "../../src/rql/field.ts";
import { parseRql } from "../../src/rql/parse.ts";

const now = Date.now();
const conditionInvalid = defineError("things:condition.invalid", 400, (reason: string) => ({
  message: reason,
}));

const evaluate = (text: string, thing: JsonObject): boolean =>
  compileCriterion(
    parseRql(text, conditionInvalid),
    thingVocabulary,
  )({ field: (name) => getKey(thing, name), now });

describe("conditions", () => {
  const t1 = { thingId: "org.golden:t1", _revision: 31, attributes: { e: 2 } };
  const mv = {
    thingId: "org.rec:mv",
    _created: new Date(now - 5000).toISOString(),
    attributes: { s: 1 },
    features: { f: { properties: { p: 1, q: 2 } } },
  };
  const w1 = { thingId: "org.golden.ws:w1", attributes: { a: 1 } };
  const cases: readonly (readonly [where: string, condition: string, thing: JsonObject, holds: boolean])[] = [
    ["http 133", "eq(attributes/e,2)", t1, true],
    ["http 134", "eq(attributes/e,99)", t1, false],
    ["http 135", "gt(_revision,100000)", t1, false],
    ["http 137", "not(exists(attributes/e))", t1, false],
    ["http-2 148", "gt(features/f/properties/p,50)", mv, false],
    ["http-2 178", "eq(attributes/s,2)", mv, false],
    ["http-2 179", "eq(attributes/s,1)", mv, true],
    ["http-2 180", "gt(attributes/s,5)", mv, false],
    ["http-2 181", "lt(_created,time:now)", mv, true],
    ["ws-commands 33", "eq(attributes/a,77)", w1, false],
  ];
  for (const [where, condition, thing, holds] of cases) {
    test(`${where}: ${condition} ${holds ? "holds" : "fails"}`, () => {
      expect(evaluate(condition, thing)).toBe(holds);
    });
  }

  test("http 136: an operator that is none is an invalid condition", () => {
    expect(() => evaluate("bogus(attributes/e,99)", t1)).toThrow(
      expect.objectContaining({ code: "things:condition.invalid", status: 400 }),
    );
  });
});

describe("filters", () => {
  // The fields of search (search.conf of Ditto), which differ from those of conditions.
  const search: Vocabulary = {
    fields: new Set(["thingId", "namespace", "policyId", "_revision", "_modified", "_created", "definition"]),
    placeholders: new Set(),
  };
  const accepted = [
    'and(eq(attributes/kind,"seed"),gt(attributes/n,1))',
    "gt(attributes/a,10)",
    'like(attributes/name,"dev*")',
    "in(attributes/n,1,3)",
    "gt(features/*/properties/v,4)",
    'and(eq(attributes/kind,"seed"),not(exists(attributes/zzz)))',
    "eq(attributes/a,'1')",
    "and(exists(attributes/o/x),gt(attributes/o/y,1))",
    'ilike(thingId,"ORG.REC:M*")',
    "not(exists(features/f))",
    "empty(attributes/o)",
    'eq(policyId,"org.rec:c1")',
    'gt(_modified,"2020-01-01T00:00:00Z")',
    "gt(_created,time:now-1h)",
    'eq(_metadata/features/f/properties/p/unit,"u")',
    "and(eq(attributes/a,1))",
    "eq(attributes/a,null)",
    'eq(definition,"org.rec:m:1.0.0")',
    "exists(features/*/properties/r)",
    "eq(attributes/ü,2)",
  ];
  for (const filter of accepted) {
    test(`${filter} is accepted`, () => {
      expect(compileCriterion(parseRql(filter), search)).toBeTypeOf("function");
    });
  }

  const refused = [
    "eq(attributes/kind",
    "foo(attributes/kind,1)",
    'eq(_namespace,"org.rec")',
    "like(attributes/a,1)",
    "eq(attributes/a,)",
    "and()",
    "not(eq(attributes/a,1),eq(attributes/a,2))",
    'eq("attributes/a",1)',
    "exists(attributes/a) ",
    "eq(attributes/a,1)garbage",
    "exists(features)",
    "bogus(a)",
    "bogus(a,b)",
  ];
  for (const filter of refused) {
    test(`${filter} is refused`, () => {
      expect(() => compileCriterion(parseRql(filter), search)).toThrow(
        expect.objectContaining({ code: "rql.expression.invalid", status: 400 }),
      );
    });
  }
});
