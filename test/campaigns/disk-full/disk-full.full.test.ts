import { expect, test } from "vitest";
import { diskFull, MayNotMount } from "./disk-full.ts";

test("a full disk under the embedded database refuses writes, loses none, and is gone on from", {
  timeout: 400_000,
}, async ({ skip }) => {
  const result = await diskFull(() => undefined).catch((error: unknown) => {
    // In a container without the right to mount there is no small disk to be had.
    if (error instanceof MayNotMount) skip(error.message);
    throw error;
  });

  expect(result.violations).toEqual([]);
  expect(Math.min(result.acknowledged, result.refused)).toBeGreaterThan(100);
});
