import { expect, test } from "vitest";
import { parseFields } from "../../src/base/json/fields.ts";
import { fieldSetOf } from "../../src/pubsub/field-set.ts";

const cases: readonly [set: string, asked: string, isCovered: boolean][] = [
  ["attributes/a", "attributes/a", true],
  ["attributes/a,policyId", "policyId,attributes/a/b/c", true],
  ["attributes/a", "attributes", false],
  ["attributes/man", "attributes/manufacturer", false],
  ["attributes/a", "attributes/a,attributes/b", false],
  ["features/*/properties", "features/lamp/properties/on", true],
  ["features/*/properties", "features/*/properties/on", true],
  ["features/*/properties", "features/*", false],
  ["features/lamp", "features/*", false],
  ["features", "features/*/properties", true],
];
for (const [set, asked, isCovered] of cases)
  test(`${set} ${isCovered ? "covers" : "does not cover"} ${asked}`, () =>
    expect(fieldSetOf(parseFields(set)).covers(parseFields(asked))).toBe(isCovered));

test("a set that names members beside a wildcard covers no wildcard, since it does not keep their order", () => {
  for (const fields of ["features/b/y,features/*/x", "features/*/x,features/b/*"]) {
    const set = fieldSetOf(parseFields(fields));
    expect(set.covers(parseFields("features/*/x"))).toBe(false);
    expect(set.covers(parseFields("features/b/x,features/c/x"))).toBe(true);
  }
});

test("a set with many ways to the same end is judged at once", () => {
  const wild = Array.from({ length: 30 }, () => "*").join("/");
  const set = fieldSetOf(parseFields(`attributes/${wild}/end`));
  expect(set.covers(parseFields(`attributes/${wild}/other`))).toBe(false);
});
