import { expect, test } from "vitest";
import { cacheShare } from "../../src/ops/cache-share.ts";

const MB = 2 ** 20;

test("the caches take what was asked for, and no more than an eighth of what is kept in the heap", () => {
  expect(cacheShare(64 * MB, 704 * MB)).toBe(64 * MB);
  expect(cacheShare(65 * MB, 704 * MB)).toBe(64 * MB);
  expect(cacheShare(256 * MB, 4_288 * MB)).toBe(256 * MB);
  expect(cacheShare(256 * MB, 200 * MB)).toBe(4 * MB);
  expect(cacheShare(1 * MB, 200 * MB)).toBe(1 * MB);
});
