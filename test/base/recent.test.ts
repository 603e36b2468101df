import { expect, test } from "vitest";
import { recent } from "../../src/base/recent.ts";

test("what is used stays, what is not is dropped for what comes", () => {
  const cache = recent<number>(10);
  cache.put("kept", 0);
  for (let i = 1; i < 100; i++) {
    cache.put(`${i}`, i);
    expect(cache.get("kept")).toBe(0);
  }
  expect(cache.get("99")).toBe(99);
  expect(cache.get("1")).toBeUndefined();
});

test("heavy values make room for themselves, also those too heavy for the whole", () => {
  const cache = recent<string>(10);
  cache.put("a", "a", 4);
  cache.put("b", "b", 4);
  cache.put("c", "c", 40);
  expect(cache.get("a")).toBeUndefined();
  expect(cache.get("c")).toBe("c");
});
