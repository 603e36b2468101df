// Field selectors: what is read is printed to be read the same, and selects what a plain walk selects.

import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { parseFields, selectFields } from "../../../../src/base/json/fields.ts";
import { getKey, isObject, type JsonObject, type JsonValue, putKey } from "../../../../src/base/json/json.ts";
import { parseStored } from "../../../../src/base/json/parse.ts";
import type { Path } from "../../../../src/base/json/pointer.ts";
import { printFields } from "../../../../src/base/json/print-fields.ts";
import { deepFreeze } from "../../../support/things.ts";
import { type FuzzedParser, kindOf, outcomeOf, promised } from "../target.ts";

const thing = deepFreeze(
  parseStored(
    '{"a":{"a":1,"b":{"a":2,"*":3},"c":[{"a":1}]},"b":{"__proto__":{"a":{"b":1}},"a":null},"*":{"a":1},"__proto__":{"b":{"c":1}},"c/d":{"~":1}," ":{"a":1}}',
  ),
) as JsonObject;

const key = fc.constantFrom("a", "b", "c", "*", "__proto__", "c~1d", "~0", "thingId", " a", "€");
const { list } = fc.letrec<{ list: string; field: string }>((tie) => ({
  list: fc.array(tie("field"), { minLength: 1, maxLength: 4 }).map((fields) => fields.join(",")),
  field: fc.oneof(
    { maxDepth: 3 },
    fc.array(key, { minLength: 1, maxLength: 3 }).map((keys) => keys.join("/")),
    fc.tuple(key, tie("list")).map(([name, inner]) => `${name}(${inner})`),
  ),
}));

export const fields: FuzzedParser = {
  name: "fields",
  shapes: list,
  words: [
    "a(",
    ")",
    ",",
    "/",
    "//",
    "*",
    "~1",
    "~0",
    "__proto__",
    " ",
    "thingId",
    "features/*/properties",
    "\u00a0",
  ],
  maxLength: 300_000,
  enoughMs: (length) => 80 + length / 500,
  attempt(text) {
    const { value: paths, refused } = outcomeOf(() => parseFields(text));
    if (!paths) return kindOf(refused as Error);
    const printed = printFields(paths);
    promised(isDeepStrictEqual(parseFields(printed), paths), () => `It is something else as ${printed}.`);
    const selected = selectFields(thing, paths);
    const expected = walk(thing, paths) ?? {};
    promised(isDeepStrictEqual(selected, expected), () => `It selects ${JSON.stringify(selected)}.`);
    return `${Math.min(paths.length, 20)} ${JSON.stringify(selected).length}`;
  },
  // As much as is remembered at all.
  forget() {
    for (const filler of ["x", "y", "z"]) parseFields(filler.repeat(60_000));
  },
};

function walk(value: JsonValue, paths: readonly Path[]): JsonValue | undefined {
  if (paths.some((path) => path.length === 0)) return value;
  if (!isObject(value)) return undefined;
  const selected: { [name: string]: JsonValue } = {};
  for (const name of Object.keys(value)) {
    const below = paths.filter(([first]) => first === name || first === "*").map(([, ...rest]) => rest);
    const part = below.length === 0 ? undefined : walk(getKey(value, name) as JsonValue, below);
    if (part !== undefined) putKey(selected, name, part);
  }
  return Object.keys(selected).length > 0 ? selected : undefined;
}
