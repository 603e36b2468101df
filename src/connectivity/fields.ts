// Reading the fields of a JSON object one by one, each refusal naming the field. As in Ditto null is as good as absent.

import { missingJsonField } from "../base/json/errors.ts";
import {
  getKey,
  isArray,
  isObject,
  type JsonArray,
  type JsonObject,
  type JsonValue,
} from "../base/json/json.ts";
import { unescapeKey } from "../base/json/pointer.ts";
import { connectionInvalid, fieldInvalid, fieldUnknown } from "./errors.ts";

/** An object within a connection, and its JSON pointer: empty for the connection itself. */
export interface Part {
  readonly json: JsonObject;
  readonly at: string;
}

/** The pointer of a key below another pointer. */
export const below = (at: string, key: string): string =>
  `${at}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;

/** The pointer of a key of a part. */
export const fieldOf = (part: Part, key: string): string => below(part.at, key);

/** The keys of a pointer. */
export const keysOf = (pointer: string): readonly string[] => pointer.split("/").slice(1).map(unescapeKey);

/** Reads a field of one type: absent where it is not there, refused with `json.invalid` where it has another type. */
const reader =
  <T extends JsonValue>(expected: string, fits: (value: JsonValue) => value is T) =>
  (part: Part, key: string): T | undefined => {
    const value = getKey(part.json, key) ?? undefined;
    if (value === undefined) return undefined;
    if (!fits(value)) throw fieldInvalid(fieldOf(part, key), expected, value);
    return value;
  };

const isText = (value: JsonValue): value is string => typeof value === "string";
const isFlag = (value: JsonValue): value is boolean => typeof value === "boolean";
const isInt = (value: JsonValue): value is number =>
  Number.isInteger(value) && Math.abs(value as number) < 2 ** 31;

export const textAt = reader("a text", isText);
export const flagAt = reader("true or false", isFlag);
export const intAt = reader("a whole number", isInt);
export const arrayAt = reader<JsonArray>("an array", (value): value is JsonArray => isArray(value));
const objectAt = reader<JsonObject>("an object", isObject);

/** An object within a part, as a part. */
export function partAt(part: Part, key: string): Part | undefined {
  const json = objectAt(part, key);
  return json && { json, at: fieldOf(part, key) };
}

/** What must be there; `json.field.missing` where it is not. */
export function required<T>(read: (part: Part, key: string) => T | undefined, part: Part, key: string): T {
  const value = read(part, key);
  if (value === undefined) throw missingJsonField(fieldOf(part, key));
  return value;
}

/** A number from 1 on. */
export function countAt(part: Part, key: string, fallback: number): number {
  const count = intAt(part, key) ?? fallback;
  if (count < 1) throw connectionInvalid(fieldOf(part, key), `It is ${count}, and must be at least 1.`);
  return count;
}

/** Texts in an array, in their order; anything else in it is refused. */
export function textListAt(part: Part, key: string): readonly string[] {
  const texts = arrayAt(part, key) ?? [];
  texts.forEach((text, i) => {
    if (!isText(text)) throw fieldInvalid(`${fieldOf(part, key)}/${i}`, "a text", text);
  });
  return texts as readonly string[];
}

/** The same, each once. */
export const textsAt = (part: Part, key: string): readonly string[] => [...new Set(textListAt(part, key))];

/** Texts in an array, each once and one of those that are known; anything else is refused. */
export function knownTextsAt<T extends string>(part: Part, key: string, known: readonly T[]): readonly T[] {
  const found = textListAt(part, key).map((text, i) => {
    const one = known.find((name) => name === text.toLowerCase());
    if (one === undefined) throw fieldUnknown(`${fieldOf(part, key)}/${i}`, text, known);
    return one;
  });
  return [...new Set(found)];
}

/** The objects of an array as parts; anything else in it is refused. */
export const partsAt = (part: Part, key: string): readonly Part[] =>
  (arrayAt(part, key) ?? []).map((json, i) => {
    const at = `${fieldOf(part, key)}/${i}`;
    if (!isObject(json)) throw fieldInvalid(at, "an object", json);
    return { json, at };
  });

/** What stands in an object, texts as they are and anything else as its JSON. */
export const anyTexts = (part: Part | undefined): Readonly<Record<string, string>> =>
  textRecord(
    Object.entries(part?.json ?? {}).map(([key, value]) => [
      key,
      isText(value) ? value : JSON.stringify(value),
    ]),
  );

/** The texts in an object, of which anything else is refused. */
export function allTexts(part: Part | undefined): Readonly<Record<string, string>> {
  const keys = Object.keys(part?.json ?? {});
  return textRecord(
    keys.flatMap((key) => {
      const text = textAt(part as Part, key);
      return text === undefined ? [] : [[key, text] as const];
    }),
  );
}

/** `Object.fromEntries` makes own keys, whatever their names. */
const textRecord = (entries: readonly (readonly [string, string])[]): Readonly<Record<string, string>> =>
  Object.fromEntries(entries);
