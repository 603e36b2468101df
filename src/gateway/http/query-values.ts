// Values in the query of a request, where they are no headers.

import { parseDuration } from "../../base/duration.ts";
import { defineError } from "../../base/errors.ts";
import { readInstant } from "../../base/instant.ts";
import type { Target } from "./uri.ts";

export const parameterInvalid = defineError(
  "gateway:query.parameter.invalid",
  400,
  (name: string, given: string, expected: string) => ({
    message: `The parameter '${name}' of the query cannot be '${given.slice(0, 200).toWellFormed()}'.`,
    description: `It is ${expected}.`,
  }),
);

/** What a parameter says; `undefined` where it is not given, or empty. */
export const textOf = ({ query }: Target, name: string): string | undefined => query?.get(name) || undefined;

/** A moment in milliseconds since the epoch, given so or as ISO 8601. */
export const timeOf = (target: Target, name: string): number | undefined =>
  parsed(
    target,
    name,
    readTime,
    "an instant of ISO 8601, as 2026-01-31T12:00:00Z, or milliseconds since 1970",
  );

/** Beyond, JavaScript has no dates. */
const END_OF_TIME = 8.64e15;

const readTime = (text: string): number | undefined => {
  if (!/^\d{1,16}$/.test(text)) return readInstant(text);
  return Number(text) <= END_OF_TIME ? Number(text) : undefined;
};

/** A span of time in milliseconds, above 0. */
export const spanOf = (target: Target, name: string): number | undefined =>
  parsed(
    target,
    name,
    (text) => parseDuration(text) || undefined,
    "a time above 0, as 500ms, 30s, 5m, 1h or 7d",
  );

/** How many there may be at most: a whole number above 0. */
export function limitOf(target: Target, name: string, fallback: number, most: number): number {
  const read = (text: string): number | undefined => {
    const number = /^\d{1,12}$/.test(text) ? Number(text) : 0;
    return number >= 1 && number <= most ? number : undefined;
  };
  return parsed(target, name, read, `a whole number from 1 to ${most}`) ?? fallback;
}

function parsed<T>(
  target: Target,
  name: string,
  read: (text: string) => T | undefined,
  expected: string,
): T | undefined {
  const text = textOf(target, name);
  if (text === undefined) return undefined;
  const value = read(text);
  if (value === undefined) throw parameterInvalid(name, text, expected);
  return value;
}

/** Refuses a span of time that ends before it begins. */
export function checkSpan(from: number | undefined, to: number | undefined): void {
  if (from !== undefined && to !== undefined && from > to)
    throw parameterInvalid("from", new Date(from).toISOString(), "not later than 'to'");
}

/** One of some forms of an answer: what `format` names, else what `Accept` asks for first, else the first. */
export function formatOf<F extends string>(
  target: Target,
  accept: string | undefined,
  types: Readonly<Record<F, string>>,
): F {
  const names = Object.keys(types) as F[];
  const isName = (text: string) => names.find((name) => name === text.toLowerCase());
  const named = parsed(target, "format", isName, `one of ${names.join(", ")}`);
  if (named !== undefined) return named;
  const wanted = (accept ?? "").split(",").map((range) => range.split(";", 1)[0]?.trim().toLowerCase());
  for (const type of wanted) {
    const name = names.find((each) => types[each] === type);
    if (name) return name;
  }
  return names[0] as F;
}
