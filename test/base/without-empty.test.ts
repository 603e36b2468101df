import { expect, test } from "vitest";
import { withoutEmptyObjects } from "../../src/base/json/without-empty.ts";

test("without its empty objects a value keeps its nulls and arrays, and may be nothing any more", () => {
  expect(withoutEmptyObjects({ a: { b: {} }, c: { d: null, e: {} }, f: [] })).toEqual({
    c: { d: null },
    f: [],
  });
  expect(withoutEmptyObjects({ a: { b: {} } })).toBeUndefined();
  expect(withoutEmptyObjects({})).toBeUndefined();
  expect(withoutEmptyObjects(null)).toBeNull();
});
