// `jwt:<pointer>`: the claims of a token.

import { getKey, isArray, isObject, type JsonObject, type JsonValue } from "../json/json.ts";
import { type Path, readPath } from "../json/pointer.ts";
import type { Values } from "./element.ts";
import { jsonText } from "./json-text.ts";

const PREFIX = "jwt:";

/** Whether a placeholder is one of the claims. */
export const isJwtPlaceholder = (name: string): boolean => name.startsWith(PREFIX);

/**
 * The values of placeholders `jwt:…` by the claims of a token, each value once: arrays unfold wherever they stand, what is
 * no string is its JSON. Other placeholders have none.
 */
export const jwtPlaceholder =
  (claims: JsonObject): Values =>
  (name) =>
    isJwtPlaceholder(name) ? [...new Set(valuesAt(claims, readPath(name.slice(PREFIX.length)), 0))] : [];

function valuesAt(value: JsonValue, path: Path, from: number): readonly string[] {
  if (from === path.length) return isArray(value) ? value.map(jsonText) : [jsonText(value)];
  if (isArray(value)) return value.flatMap((element) => valuesAt(element, path, from));
  const child = isObject(value) ? getKey(value, path[from] as string) : undefined;
  return child === undefined ? [] : valuesAt(child, path, from + 1);
}
