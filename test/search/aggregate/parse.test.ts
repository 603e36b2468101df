import { describe, expect, test } from "vitest";
import type { TwinError } from "../../../src/base/errors.ts";
import { type AskedTexts, readAsked } from "../../../src/search/aggregate/parse.ts";

const nested = (...path: readonly string[]) => ({ kind: "nested", path });

test("without any parameter all things are counted together", () => {
  expect(readAsked({})).toEqual({ groupBy: [], aggregates: [{ name: "count", kind: "count" }], size: 100 });
});

test("groups are made by properties and by spans of time", () => {
  const { groupBy } = readAsked({
    groupBy: "/attributes/place, truncate(features/s/properties/at, 15m),thingId",
  });

  expect(groupBy).toEqual([
    { name: "/attributes/place", field: nested("attributes", "place") },
    {
      name: "truncate(features/s/properties/at,15m)",
      field: nested("features", "s", "properties", "at"),
      truncation: { kind: "fixed", lengthMs: 900_000, offsetMs: 0 },
    },
    { name: "thingId", field: { kind: "column", column: "id", path: ["thingId"] } },
  ]);
});

test("aggregates are named as they were asked for", () => {
  const { aggregates } = readAsked({
    aggregates: "count,count(attributes/a),p99.9(attributes/a),min(_revision)",
  });

  expect(aggregates).toEqual([
    { name: "count", kind: "count" },
    { name: "count(attributes/a)", kind: "count", field: nested("attributes", "a") },
    { name: "p99.9(attributes/a)", kind: "percentile", share: 0.999, field: nested("attributes", "a") },
    {
      name: "min(_revision)",
      kind: "min",
      field: { kind: "column", column: "revision", path: ["_revision"] },
    },
  ]);
});

test("what separates words can stand in a key when it is escaped", () => {
  const { groupBy } = readAsked({ groupBy: "attributes/a\\u002cb\\u0029" });

  expect(groupBy[0]?.field).toEqual(nested("attributes", "a,b)"));
});

const refusals: readonly [what: string, texts: AskedTexts, code: string, reason: string][] = [
  [
    "a comma without anything behind it",
    { groupBy: "attributes/a," },
    "option",
    "At character 14 stands the end",
  ],
  ["a parenthesis too many", { aggregates: "sum(attributes/a))" }, "option", "At character 18 stands ')'"],
  ["a parenthesis too few", { aggregates: "sum(attributes/a" }, "option", "At character 17 stands the end"],
  ["an aggregate of nothing", { aggregates: "sum" }, "option", "At character 4 stands the end"],
  ["a quote", { groupBy: 'attributes/a",b' }, "option", "At character 13"],
  ["an aggregate nobody knows", { aggregates: "median(attributes/a)" }, "option", "'median'"],
  ["a percentile above 100", { aggregates: "p100.5(attributes/a)" }, "option", "'p100.5'"],
  ["a span nobody knows", { groupBy: "truncate(attributes/a,3w)" }, "option", "'3w'"],
  ["a span beyond all measure", { groupBy: "truncate(attributes/a,9999999999d)" }, "option", "span of time"],
  [
    "a truncation without a span",
    { groupBy: "truncate(attributes/a)" },
    "option",
    "At character 22 stands ')'",
  ],
  ["the same group twice", { groupBy: "attributes/a,attributes/a" }, "option", "more than once"],
  ["every feature at once", { groupBy: "features/*/properties/a" }, "option", "name one of them"],
  [
    "too many groups",
    { groupBy: [1, 2, 3, 4, 5, 6].map((i) => `attributes/${i}`).join() },
    "option",
    "more than 5",
  ],
  [
    "too many aggregates",
    { aggregates: Array.from({ length: 21 }, (_, i) => `p${i}(_revision)`).join() },
    "option",
    "20",
  ],
  ["a property that is none", { groupBy: "nothing" }, "rql", "'nothing'"],
  ["a key that is empty", { groupBy: "attributes//a" }, "option", "empty key"],
  ["a size of 0", { option: "size(0)" }, "option", "size(1)"],
  ["a size beyond 1,000", { option: "size(1001)" }, "option", "size(1000)"],
  ["another option", { option: "sort(+thingId)" }, "option", "size(1)"],
  ["a text beyond all measure", { groupBy: "a".repeat(70_000) }, "option", "4096"],
];

describe("is refused:", () => {
  test.each(refusals)("%s", (_, texts, code, reason) => {
    let refusal: TwinError | undefined;
    try {
      readAsked(texts);
    } catch (error) {
      refusal = error as TwinError;
    }
    expect(refusal?.code).toBe(
      code === "rql" ? "rql.expression.invalid" : "thing-search:search.option.invalid",
    );
    expect(refusal?.status).toBe(400);
    expect(refusal?.text.description).toContain(reason);
  });
});
