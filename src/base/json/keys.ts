import { invalidJson, invalidJsonKey } from "./errors.ts";
import { isArray, isObject, type JsonValue } from "./json.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: the control characters are what Ditto's keys may not hold.
const forbidden = /[/\u0000-\u001f\u007f-\u00ff]/;

/** Refuses a key that Ditto's JSON keys may not be: empty, with a slash, a control or Latin-1 character, or half a surrogate pair. */
export function checkKey(key: string): void {
  if (key === "") throw invalidJson("A JSON key must not be empty.");
  if (forbidden.test(key) || !key.isWellFormed()) throw invalidJsonKey(key);
}

/** Checks every key at any depth of a value; elements of arrays are plain data and not looked into. */
export function checkKeys(value: JsonValue): void {
  if (!isObject(value)) return;
  for (const key of Object.keys(value)) {
    checkKey(key);
    checkKeys(value[key] as JsonValue);
  }
}

/** Refuses an empty key at any depth, arrays included: no JSON object of the wire has one. */
export function refuseEmptyKeys(value: JsonValue): void {
  if (isArray(value)) value.forEach(refuseEmptyKeys);
  else if (isObject(value))
    for (const key of Object.keys(value)) {
      if (key === "") throw invalidJson("A JSON key must not be empty.");
      refuseEmptyKeys(value[key] as JsonValue);
    }
}
