// Changing JSON as a tree, so that it stays JSON.

import { isArray, isObject, type JsonObject, type JsonValue, putKey } from "../../../src/base/json/json.ts";
import { parseStored } from "../../../src/base/json/parse.ts";
import type { Random } from "./random.ts";

const SCALARS: readonly JsonValue[] = [
  null,
  true,
  false,
  0,
  -0,
  1,
  -1,
  0.1,
  1e300,
  200,
  2 ** 53,
  "",
  "a",
  "1",
  {},
  [],
];
const KEYS = [
  "a",
  "b",
  "",
  "__proto__",
  "constructor",
  "toString",
  "~",
  "~1",
  "/",
  "*",
  "€",
  "ü",
  "\0",
  "\ud800",
  "{{ ~.*~ }}",
];
/** Deeper trees are not walked: how parsers deal with depth is for texts to try. */
const DEEPEST = 300;

/** The JSON with one change somewhere in it, or the text as it is where it is no JSON, or too deep. */
export function mutateJson(text: string, words: readonly string[], random: Random): string {
  try {
    const value = parseStored(text);
    return JSON.stringify(change(value, value, words, random, 0));
  } catch {
    return text;
  }
}

function change(
  value: JsonValue,
  root: JsonValue,
  words: readonly string[],
  random: Random,
  depth: number,
): JsonValue {
  const members = isArray(value) || isObject(value) ? Object.keys(value) : [];
  const goesDown = members.length > 0 && depth < DEEPEST && random.below(4) > 0;
  if (!goesDown) return replaced(value, root, words, random);
  const key = random.oneOf(members);
  if (isArray(value))
    return value.map((item, i) => (String(i) === key ? change(item, root, words, random, depth + 1) : item));
  const object = value as JsonObject;
  const copy: { [name: string]: JsonValue } = {};
  const how = random.below(6);
  for (const name of members) {
    const member = object[name] as JsonValue;
    if (name !== key) putKey(copy, name, member);
    else if (how === 1) putKey(copy, random.oneOf([...KEYS, ...words]), member);
    else if (how > 1) putKey(copy, name, change(member, root, words, random, depth + 1));
  }
  return copy;
}

function replaced(value: JsonValue, root: JsonValue, words: readonly string[], random: Random): JsonValue {
  switch (random.below(7)) {
    case 0:
      return random.oneOf(SCALARS);
    case 1:
      return random.oneOf(words);
    case 2:
      return [value];
    case 3:
      return [value, value, random.oneOf(SCALARS)];
    case 4: {
      const object: { [name: string]: JsonValue } = isObject(value) ? { ...value } : {};
      putKey(object, random.oneOf(KEYS), isObject(value) ? random.oneOf(SCALARS) : value);
      return object;
    }
    case 5:
      return somewhere(root, random);
    default:
      return typeof value === "string" ? value + random.oneOf(words) : random.oneOf(words);
  }
}

/** Some part of the tree. */
function somewhere(root: JsonValue, random: Random): JsonValue {
  let here = root;
  for (let depth = 0; depth < DEEPEST && random.below(3) > 0; depth++) {
    const members: readonly JsonValue[] = isArray(here) ? here : isObject(here) ? Object.values(here) : [];
    if (members.length === 0) return here;
    here = random.oneOf(members);
  }
  return here;
}
