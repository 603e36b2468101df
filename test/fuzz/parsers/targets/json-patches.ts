// JSON patches: what is applied, and what is not, is what a plain reading of RFC 6902 gives, which copies all it touches.

import fc from "fast-check";
import { equals, isObject, type JsonValue } from "../../../../src/base/json/json.ts";
import { readJsonPatch } from "../../../../src/base/json/json-patch.ts";
import { applyJsonPatch } from "../../../../src/base/json/json-patch-apply.ts";
import { parseJson } from "../../../../src/base/json/parse.ts";
import { anyJson } from "../../../support/json-arbitraries.ts";
import { deepFreeze } from "../../../support/things.ts";
import { plainlyPatched } from "../plain-json-patch.ts";
import { type FuzzedParser, kindOf, outcomeOf, promised } from "../target.ts";

const path = fc.constantFrom(
  "",
  "/",
  "/a",
  "/b",
  "/a/b",
  "/a/0",
  "/a/-",
  "/a/1/b",
  "/__proto__",
  "/~0",
  "/~1",
  "/k-1",
  "/00",
);
const operation = fc.oneof(
  fc.record({ op: fc.constantFrom("add", "replace", "test"), path, value: anyJson }),
  fc.record({ op: fc.constant("remove"), path }),
  fc.record({ op: fc.constantFrom("move", "copy"), from: path, path }),
);
/** Limits of ours, which the plain reading does not have. */
const LIMITS = ["it copies more than it may.", "it nests deeper than"];

export const jsonPatches: FuzzedParser = {
  name: "json-patches",
  shapes: fc
    .record({
      value: fc.oneof(fc.record({ a: anyJson, b: anyJson }), fc.record({ a: fc.array(anyJson) }), anyJson),
      patch: fc.array(operation, { maxLength: 6 }),
    })
    .map((given) => JSON.stringify(given)),
  words: [
    "add",
    "remove",
    "replace",
    "move",
    "copy",
    "test",
    "op",
    "path",
    "from",
    "value",
    "/a",
    "/a/-",
    "/0",
    "~2",
    "__proto__",
  ],
  isJson: true,
  maxLength: 100_000,
  // Half a million members may be copied, and once more by the plain reading.
  enoughMs: (length) => 400 + length / 100,
  attempt(text) {
    const { value: given, refused } = outcomeOf(() => parseJson(text));
    if (refused) return kindOf(refused);
    const { value = null, patch = null } = isObject(given)
      ? (given as Record<string, JsonValue | undefined>)
      : {};
    const read = outcomeOf(() => readJsonPatch(patch));
    if (!read.value) return kindOf(read.refused as Error);
    const applied = applyJsonPatch(deepFreeze(value), read.value);
    if ("failed" in applied && LIMITS.some((limit) => applied.reason.startsWith(limit)))
      return applied.reason;
    const expected = plainlyPatched(value, read.value);
    const isSame =
      "value" in applied ? expected !== undefined && equals(applied.value, expected) : expected === undefined;
    promised(isSame, () => `${JSON.stringify(applied)} in place of ${JSON.stringify(expected)}.`);
    return `${read.value.map(({ op }) => op).slice(0, 5)} ${"value" in applied}`;
  },
};
