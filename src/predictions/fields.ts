// Reading the JSON of a predictor: small readers of values, and what puts them together. Each refusal names the field.

import { parseDuration } from "../base/duration.ts";
import { getKey, isArray, isObject, type JsonObject, type JsonValue } from "../base/json/json.ts";
import { checkKey } from "../base/json/keys.ts";
import { type Path, readPath } from "../base/json/pointer.ts";
import { predictorInvalid } from "./errors.ts";

/** A value and where it stands: a JSON pointer, empty for the whole. */
export interface Given<T extends JsonValue = JsonValue> {
  readonly value: T;
  readonly at: string;
}

/** Gives what a value says, or refuses it with `predictors:predictor.invalid`. */
export type Reads<T> = (given: Given) => T;

export const below = (at: string, key: string | number): string =>
  `${at}/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;

/** An object with no other members than those that are known. */
export function members(given: Given, known: readonly string[]): Given<JsonObject> {
  const part = object(given);
  const stranger = Object.keys(part.value).find((key) => !known.includes(key));
  if (stranger === undefined) return part;
  throw predictorInvalid(below(part.at, stranger), `There is no such field; there are ${known.join(", ")}.`);
}

export function object({ value, at }: Given): Given<JsonObject> {
  if (!isObject(value)) throw predictorInvalid(at, `It must be an object${butIs(value)}.`);
  return { value, at };
}

/** A member that may be absent. */
export function optional<T>({ value, at }: Given<JsonObject>, key: string, reads: Reads<T>): T | undefined {
  const member = getKey(value, key);
  return member === undefined ? undefined : reads({ value: member, at: below(at, key) });
}

/** The same, to be spread into what it is a member of. */
export function given<K extends string, T>(
  part: Given<JsonObject>,
  key: K,
  reads: Reads<T>,
): { readonly [key in K]?: T } {
  const value = optional(part, key, reads);
  return value === undefined ? {} : ({ [key]: value } as { [key in K]: T });
}

export function required<T>(part: Given<JsonObject>, key: string, reads: Reads<T>): T {
  const value = optional(part, key, reads);
  if (value === undefined) throw predictorInvalid(below(part.at, key), "It must be there.");
  return value;
}

interface Bounds {
  readonly min?: number;
  readonly max: number;
}

export interface TextBounds extends Bounds {
  readonly pattern?: RegExp;
  /** What is told where the pattern does not match. */
  readonly form?: string;
}

/** A text of 1 to so many characters, unless the bounds say otherwise. */
export const text =
  ({ min = 1, max, pattern, form }: TextBounds): Reads<string> =>
  ({ value, at }) => {
    if (typeof value !== "string") throw predictorInvalid(at, `It must be a text${butIs(value)}.`);
    if (value.length < min || value.length > max)
      throw predictorInvalid(at, `It has ${value.length} characters, and must have ${min} to ${max}.`);
    if (!value.isWellFormed() || (pattern && !pattern.test(value)))
      throw predictorInvalid(at, form ?? "It holds characters that are not allowed.");
    return value;
  };

export const flag: Reads<boolean> = ({ value, at }) => {
  if (typeof value === "boolean") return value;
  throw predictorInvalid(at, `It must be true or false${butIs(value)}.`);
};

/** Nothing beyond is computed with. */
const LARGEST = 1e100;

/** A number from `min` to `max`. */
export const number =
  ({ min, max }: Bounds = { min: -LARGEST, max: LARGEST }): Reads<number> =>
  ({ value, at }) => {
    if (typeof value === "number" && value >= (min ?? -LARGEST) && value <= max) return value;
    throw predictorInvalid(at, `It must be a number from ${min} to ${max}${butIs(value)}.`);
  };

/** A whole number from `min` to `max`. */
export const whole =
  ({ min, max }: Required<Bounds>): Reads<number> =>
  ({ value, at }) => {
    if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max)
      return value as number;
    throw predictorInvalid(at, `It must be a whole number from ${min} to ${max}${butIs(value)}.`);
  };

export const oneOf =
  <const T extends string>(known: readonly T[]): Reads<T> =>
  ({ value, at }) => {
    const found = known.find((name) => name === value);
    if (found === undefined) throw predictorInvalid(at, `It must be one of ${known.join(", ")}.`);
    return found;
  };

/** Milliseconds of a text such as `10s`. */
export const duration =
  (min: string, max: string): Reads<number> =>
  ({ value, at }) => {
    const ms = typeof value === "string" ? parseDuration(value) : undefined;
    const isWithin = ms !== undefined && ms >= millisecondsOf(min) && ms <= millisecondsOf(max);
    if (!isWithin) throw predictorInvalid(at, `It must be a duration from ${min} to ${max}, such as '10s'.`);
    return ms;
  };

const millisecondsOf = (duration: string): number => parseDuration(duration) as number;

/** The elements of an array, read one by one. */
export const list =
  <T>(reads: Reads<T>, { min = 1, max }: Bounds): Reads<readonly T[]> =>
  ({ value, at }) => {
    if (!isArray(value)) throw predictorInvalid(at, `It must be an array${butIs(value)}.`);
    if (value.length < min || value.length > max)
      throw predictorInvalid(at, `It has ${value.length} elements, and must have ${min} to ${max}.`);
    return value.map((element, i) => reads({ value: element, at: below(at, i) }));
  };

/** The members of an object of any names, each with its name, its value and its place. */
export function entries(
  given: Given,
  { min = 1, max }: Bounds,
): readonly (readonly [key: string, member: Given])[] {
  const { value, at } = object(given);
  const keys = Object.keys(value);
  if (keys.length < min || keys.length > max)
    throw predictorInvalid(at, `It has ${keys.length} members, and must have ${min} to ${max}.`);
  return keys.map((key) => [key, { value: value[key] as JsonValue, at: below(at, key) }]);
}

const MAX_POINTER = 1_000;

/** A JSON pointer of at least one key, with or without a slash before it. */
export const pointer: Reads<Path> = (given) => {
  const path = readPath(text({ max: MAX_POINTER })(given));
  if (path.length === 0) throw predictorInvalid(given.at, "It must name a key.");
  try {
    path.forEach(checkKey);
  } catch {
    throw predictorInvalid(given.at, "One of its keys is empty, or holds a character that no key may hold.");
  }
  return path;
};

/** Each text only once; `fields` has where each stands. */
export function checkUnique(texts: readonly string[], fields: (index: number) => string): void {
  const seen = new Set<string>();
  texts.forEach((name, i) => {
    if (seen.has(name)) throw predictorInvalid(fields(i), `'${name}' is there twice.`);
    seen.add(name);
  });
}

/** What a value is, to go on in a sentence with; of a text only that it is one, since it may be a secret. */
function butIs(value: JsonValue): string {
  if (typeof value === "string") return ", but is a text";
  if (isArray(value)) return ", but is an array";
  return `, but is ${isObject(value) ? "an object" : JSON.stringify(value)}`;
}
