// JSON pointers: what is read is printed to be read the same; what is put at one is there, and what is removed is gone, and
// nothing else is changed.

import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { getKey, isObject, type JsonObject } from "../../../../src/base/json/json.ts";
import { parseStored } from "../../../../src/base/json/parse.ts";
import { getAt, printPath, readPath, removeAt, setAt } from "../../../../src/base/json/pointer.ts";
import { pathOf } from "../../../../src/protocol/envelope.ts";
import { anyKey } from "../../../support/json-arbitraries.ts";
import { deepFreeze } from "../../../support/things.ts";
import { type FuzzedParser, kindOf, outcomeOf, promised } from "../target.ts";

const thing = deepFreeze(
  parseStored(
    '{"a":{"a":1,"b":{"a":2}},"b":{"__proto__":{"a":{"b":1}}},"":{"":1},"~":{"/":[1]},"constructor":{}}',
  ),
) as JsonObject;
/** Beyond, paths are refused before anything is put at them (`thing-rules.ts`). */
const DEEPEST = 200;

export const pointers: FuzzedParser = {
  name: "pointers",
  shapes: fc.oneof(
    fc.array(anyKey, { maxLength: 5 }).map(printPath),
    fc
      .array(fc.constantFrom("a", "b", "~0", "~1", "", "__proto__"), { maxLength: 5 })
      .map((keys) => keys.join("/")),
  ),
  words: [
    "/",
    "//",
    "~",
    "~0",
    "~1",
    "~01",
    "~2",
    "a",
    "__proto__",
    "constructor",
    "/entries/e/subjects/https://",
  ],
  maxLength: 200_000,
  enoughMs: (length) => 50 + length / 500,
  attempt(text) {
    const path = readPath(text);
    promised(
      isDeepStrictEqual(readPath(printPath(path)), path),
      () => `It is ${path} once, and otherwise as printed.`,
    );
    const ofThing = outcomeOf(() => pathOf(text, "thing"));
    const ofPolicy = outcomeOf(() => pathOf(text, "policy"));
    for (const [kind, { value }] of [
      ["thing", ofThing],
      ["policy", ofPolicy],
    ] as const) {
      if (!value) continue;
      const printed = printPath(value);
      promised(isDeepStrictEqual(pathOf(printed, kind), value), () => `It is something else as ${printed}.`);
    }
    if (path.length > 0 && path.length <= DEEPEST) changeAt(path);
    return `${Math.min(path.length, 10)} ${getAt(thing, path) !== undefined} ${ofThing.refused ? kindOf(ofThing.refused) : ""}`;
  },
};

function changeAt(path: readonly string[]): void {
  const mark = { mark: 1 };
  const set = setAt(thing, path, mark) as JsonObject;
  promised(getAt(set, path) === mark, () => "What was put there is not there.");
  const removed = removeAt(set, path);
  promised(getAt(removed, path) === undefined, () => "What was removed is still there.");
  const [first = ""] = path;
  for (const key of Object.keys(thing)) {
    if (key === first) continue;
    promised(getKey(set, key) === getKey(thing, key), () => `'${key}' is changed by what is put elsewhere.`);
    promised(
      getKey(removed, key) === getKey(thing, key),
      () => `'${key}' is changed by what is removed elsewhere.`,
    );
  }
  promised(isObject(set) && !("mark" in Object.prototype), () => "It changes what all objects are made of.");
}
