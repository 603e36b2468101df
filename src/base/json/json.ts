// JSON as the server holds it: plain frozen-by-convention values, with integers beyond 2^53 kept as raw number texts.

/** An integer that a double cannot hold exactly; `JSON.stringify` prints its digits as they came. */
export interface RawNumber {
  readonly rawJSON: string;
}
export type JsonValue = null | boolean | number | string | RawNumber | JsonArray | JsonObject;
export type JsonArray = readonly JsonValue[];
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

const rawJson = JSON as unknown as {
  rawJSON(text: string): RawNumber;
  isRawJSON(value: unknown): value is RawNumber;
};

/** Makes a raw number of the digits of an integer. */
export const rawNumber = (digits: string): RawNumber => rawJson.rawJSON(digits);
export const isRawNumber = (value: unknown): value is RawNumber => rawJson.isRawJSON(value);

export const isArray = (value: JsonValue | undefined): value is JsonArray => Array.isArray(value);

/** Whether a value is a JSON object (neither null, an array nor a raw number). */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !rawJson.isRawJSON(value);
}

/** The value of an own key; `__proto__` and its kin are plain data. */
export function getKey(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Sets an own key of an object that is still being built. */
export function putKey(target: { [key: string]: JsonValue }, key: string, value: JsonValue): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[key] = value;
  }
}

/** Deep equality as JSON: the order of keys does not matter, that of elements does. */
export function equals(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (isArray(a))
    return isArray(b) && a.length === b.length && a.every((element, i) => equals(element, b[i]));
  if (isObject(a)) {
    if (!isObject(b)) return false;
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && equals(a[key], b[key]))
    );
  }
  return isRawNumber(a) && isRawNumber(b) && a.rawJSON === b.rawJSON;
}
