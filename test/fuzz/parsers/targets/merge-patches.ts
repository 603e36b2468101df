// Merge patches: as RFC 7396 says them, minimal ones do the same, and the difference of two values leads from one to the other.

import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import {
  equals,
  getKey,
  isObject,
  type JsonObject,
  type JsonValue,
  putKey,
} from "../../../../src/base/json/json.ts";
import { mergeOrModify, minimizePatch } from "../../../../src/base/json/merge-diff.ts";
import { mergePatch } from "../../../../src/base/json/merge-patch.ts";
import { parseJson } from "../../../../src/base/json/parse.ts";
import { filterPatch, readPatchConditions } from "../../../../src/base/json/patch-conditions.ts";
import { deletesByPattern, patternFault } from "../../../../src/base/json/regex-merge.ts";
import { anyJson, anyObject } from "../../../support/json-arbitraries.ts";
import { deepFreeze } from "../../../support/things.ts";
import { type FuzzedParser, kindOf, outcomeOf, promised } from "../target.ts";

const patternKey = fc.constantFrom(
  "{{ ~.*~ }}",
  "{{ /a|b/ }}",
  "{{ ~(a+)+$~ }}",
  "{{ ~(~ }}",
  "{{ ~a{1,100}~ }}",
  "{{~k-\\d~}}",
);
const patch = fc.oneof(
  anyJson,
  anyObject,
  fc.tuple(anyObject, patternKey).map(([object, key]) => ({ ...object, [key]: null })),
);
const conditions = fc.dictionary(
  fc.constantFrom("a", "/a/b", "", "/", "a//b"),
  fc.constantFrom("exists(attributes/a)", "x"),
);

export const mergePatches: FuzzedParser = {
  name: "merge-patches",
  shapes: fc
    .record({ target: fc.oneof(anyObject, anyJson), patch, conditions })
    .map((given) => JSON.stringify(given)),
  words: [
    "a",
    "b",
    "__proto__",
    "constructor",
    "{{ ~.*~ }}",
    "{{ ~(a|aa)+$~ }}",
    "{{ /x{900}/ }}",
    "{{ ~[^a]*~ }}",
    "null",
    "€",
  ],
  isJson: true,
  maxLength: 100_000,
  // A pattern may take a million steps (`regex-merge.ts`), and is gone through several times here.
  enoughMs: (length) => 400 + length / 100,
  attempt(text) {
    const { value: given, refused } = outcomeOf(() => parseJson(text));
    if (refused) return kindOf(refused);
    const { target, patch, conditions } = isObject(given)
      ? (given as Record<string, JsonValue | undefined>)
      : { target: undefined, patch: given, conditions: undefined };
    deepFreeze(given);
    const asked = conditions === undefined ? undefined : readPatchConditions(conditions);
    if (asked && patch !== undefined) filterPatch(patch, asked, (condition) => condition.length % 2 === 0);
    if (patch === undefined || patch === null) return "no patch";
    return `${asked !== undefined} ${merge(target, patch)}`;
  },
};

function merge(target: JsonValue | undefined, patch: JsonValue): string {
  const fault = patternFault(target, patch);
  if (fault !== undefined) return kindOf(new Error(fault));
  const merged = mergePatch(target, patch);
  if (!hasPattern(patch))
    promised(isDeepStrictEqual(merged, plainMerge(target, patch)), () => "RFC 7396 says it otherwise.");
  if (target === undefined) return "onto nothing";
  const minimal = minimizePatch(target, patch);
  const byMinimal = minimal === undefined ? target : mergePatch(target, minimal);
  promised(equals(byMinimal, merged), () => `${JSON.stringify(minimal)} does not do the same.`);
  const difference = mergeOrModify(target, merged);
  const outcome = difference.action === "modify" ? difference.value : mergePatch(target, difference.value);
  promised(equals(outcome, merged), () => `${JSON.stringify(difference)} does not lead there.`);
  return `${minimal === undefined} ${difference.action} ${hasPattern(patch)}`;
}

const hasPattern = (patch: JsonValue): boolean =>
  isObject(patch) &&
  Object.keys(patch).some(
    (key) => deletesByPattern(key, patch[key] as JsonValue) || hasPattern(patch[key] as JsonValue),
  );

/** The procedure of RFC 7396, section 2. */
function plainMerge(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isObject(patch)) return patch;
  const result: { [name: string]: JsonValue } = {};
  const base: JsonObject = isObject(target) ? target : {};
  for (const name of Object.keys(base))
    if (getKey(patch, name) !== null) putKey(result, name, base[name] as JsonValue);
  for (const name of Object.keys(patch)) {
    const member = patch[name] as JsonValue;
    if (member !== null) putKey(result, name, plainMerge(getKey(base, name), member));
  }
  return result;
}
