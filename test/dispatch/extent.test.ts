// What an entity is taken to weigh, beside what it does in a heap of its own.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { extended, extentOf } from "../../src/dispatch/extent.ts";

const child = fileURLToPath(new URL("extent-child.ts", import.meta.url));

const shapes: Readonly<Record<string, string>> = {
  "nothing to speak of": JSON.stringify({ policyId: "org.acme:p" }),
  "a text": JSON.stringify({ attributes: { note: "x".repeat(2_000) } }),
  readings: JSON.stringify({
    features: Object.fromEntries(
      ["temperature", "humidity", "pressure", "vibration"].map((name) => [
        name,
        { properties: { value: 20.5, unit: "C", at: "2026-01-01T00:00:00Z", quality: "good" } },
      ]),
    ),
  }),
  "names of its own": JSON.stringify(
    Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`feature-#-${n}`, { note: `note-${n}-#` }])),
  ),
  "a text beyond Latin-1": JSON.stringify({ attributes: { note: "\u4e16".repeat(1_000) } }),
  "small numbers": JSON.stringify({ attributes: { a: Array.from({ length: 500 }, (_, n) => n % 10) } }),
  fractions: JSON.stringify({ attributes: { a: Array.from({ length: 500 }, (_, n) => n / 4) } }),
  "objects of one": JSON.stringify({ attributes: { a: Array.from({ length: 200 }, () => ({ v: 1 })) } }),
  "empty objects": JSON.stringify({ attributes: { a: Array.from({ length: 300 }, () => ({})) } }),
  "empty arrays": JSON.stringify({ attributes: { a: Array.from({ length: 300 }, () => []) } }),
};

test.each(Object.entries(shapes))("%s takes about the memory that it is taken to", (_, text) => {
  const printed = execFileSync(process.execPath, ["--expose-gc", child], { input: text, encoding: "utf8" });
  const { heap, weight } = JSON.parse(printed) as { readonly heap: number; readonly weight: number };

  expect(heap / weight).toBeGreaterThan(0.25);
  expect(heap / weight).toBeLessThan(1.25);
});

test("what comes into an entity counts at once, and what it was measured as stays", () => {
  const before = extentOf('{"a":1}', '{"b":[1,2]}');

  expect(before).toMatchObject({ characters: 18, measured: 18 });
  const after = extended(before, ['{"c":{}}', null, undefined], 9);
  expect(after).toMatchObject({ characters: 35, measured: 18 });
  expect(after.bytes).toBeGreaterThan(before.bytes + 2 * 17);
});
