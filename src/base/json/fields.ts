// Field selectors: `thingId,attributes(manufacturer,location/city),features/*/properties` (httpapi-concepts page).

import { invalidFieldSelector } from "./errors.ts";
import { getKey, isObject, type JsonObject, type JsonValue, putKey } from "./json.ts";
import { type Path, unescapeKey } from "./pointer.ts";

const MAX_NESTING = 50;
/** Keys of all paths together, for each character of the selector. */
const MAX_UNFOLDING = 8;

/**
 * Parses a field selector into the paths it names, in order. A `*` key stands for every key at its place.
 * A malformed selector is refused with `json.fieldselector.invalid`.
 */
export function parseFields(text: string): readonly Path[] {
  let at = 0;
  let depth = 0;
  let unfolded = 0;
  const refuse = (): never => {
    throw invalidFieldSelector(text);
  };

  function list(prefix: Path): Path[] {
    const paths = [...field(prefix)];
    while (text[at] === ",") {
      at++;
      paths.push(...field(prefix));
    }
    return paths;
  }

  function field(prefix: Path): Path[] {
    const start = at;
    while (at < text.length && !",()".includes(text[at] as string)) at++;
    const name = text.slice(start, at).trim();
    if (name === "") return refuse();
    const path = [...prefix, ...keysOf(name)];
    unfolded += path.length;
    if (unfolded > MAX_UNFOLDING * text.length) return refuse();
    if (text[at] !== "(") return [path];
    at++;
    if (++depth > MAX_NESTING) return refuse();
    const nested = list(path);
    if (text[at] !== ")") return refuse();
    at++;
    depth--;
    return nested;
  }

  function keysOf(name: string): string[] {
    const keys = (name.startsWith("/") ? name.slice(1) : name).split("/");
    return keys.some((key) => key === "") ? refuse() : keys.map(unescapeKey);
  }

  const paths = list([]);
  return at === text.length ? paths : refuse();
}

/** Whether a selector names a top-level field or something in it. */
export const selects = (fields: readonly Path[], name: string): boolean =>
  fields.some((path) => path[0] === name);

/** The part of an object that the paths name, in the order they name it; what is absent is left out. */
export function selectFields(object: JsonObject, fields: readonly Path[]): JsonObject {
  const result: { [key: string]: JsonValue } = {};
  for (const path of fields) copyPath(object, result, path, 0);
  return result;
}

function copyPath(from: JsonObject, to: { [key: string]: JsonValue }, path: Path, depth: number): void {
  const name = path[depth] as string;
  const keys = name === "*" ? Object.keys(from) : [name];
  for (const key of keys) {
    const value = getKey(from, key);
    if (value === undefined) continue;
    if (depth === path.length - 1) putKey(to, key, value);
    else if (isObject(value)) {
      const known = getKey(to, key);
      if (known === value) continue;
      const nested: { [key: string]: JsonValue } = isObject(known) ? known : {};
      copyPath(value, nested, path, depth + 1);
      if (Object.keys(nested).length > 0) putKey(to, key, nested);
    }
  }
}
