import { expect, test } from "vitest";
import { diskFull } from "./disk-full.ts";

test("a full disk under the embedded database refuses writes, loses none, and is gone on from", {
  timeout: 400_000,
}, async () => {
  const { acknowledged, refused, violations } = await diskFull(() => undefined);

  expect(violations).toEqual([]);
  expect(Math.min(acknowledged, refused)).toBeGreaterThan(100);
});
