// What an aggregation should find, worked out from the things themselves.

import { isArray, isObject, type JsonObject, type JsonValue } from "../../../src/base/json/json.ts";
import { readDecimal } from "../../../src/rql/decimal.ts";
import { canRead, type Rule } from "../model/access.ts";
import { readProperty } from "../model/property.ts";
import { rankOf } from "../model/values.ts";

export interface ModelGroup {
  readonly by: readonly string[];
  readonly values: readonly (string | undefined)[];
}

export interface Grouping {
  readonly property: string;
  /** `h`, `15m`…: absent for the value itself. */
  readonly span?: string | undefined;
}

export interface Measure {
  readonly kind: "count" | "sum" | "avg" | "min" | "max" | "percentile";
  readonly property?: string | undefined;
  readonly percent?: number | undefined;
}

/** A thing that was found, and what of it its finder may read. */
export interface Found {
  readonly document: JsonObject;
  readonly rules: readonly Rule[];
}

/** Groups in their order; `by` holds JSON, or "" for nothing. */
export function groupsOf(
  things: readonly Found[],
  groupings: readonly Grouping[],
  measures: readonly Measure[],
  subjects: readonly string[],
): readonly ModelGroup[] {
  const groups = new Map<string, { keys: readonly (JsonValue | undefined)[]; things: Found[] }>();
  if (groupings.length === 0) groups.set("[]", { keys: [], things: [] });
  for (const thing of things) {
    const keys = groupings.map(({ property, span }) => keyOf(valueAt(thing, property, subjects), span));
    const name = JSON.stringify(keys.map(keyText));
    const group = groups.get(name) ?? { keys, things: [] };
    group.things.push(thing);
    groups.set(name, group);
  }
  return [...groups.values()]
    .sort((a, b) => compareAll(a.keys, b.keys))
    .map(({ keys, things }) => ({
      by: keys.map((key, i) => (groupings[i]?.span ? keyText(key).replace(".000Z", "Z") : keyText(key))),
      values: measures.map((measure) => measured(measure, things, subjects)),
    }));
}

function valueAt(
  { document, rules }: Found,
  property: string,
  subjects: readonly string[],
): JsonValue | undefined {
  const { path, isPublic } = readProperty(property);
  if (!isPublic && !canRead(rules, subjects, path)) return undefined;
  let here: JsonValue | undefined = document;
  for (const key of path) {
    if (isArray(here)) here = /^\d+$/.test(key) ? here[Number(key)] : undefined;
    else here = isObject(here) && Object.hasOwn(here, key) ? here[key] : undefined;
  }
  return here;
}

function keyOf(value: JsonValue | undefined, span: string | undefined): JsonValue | undefined {
  if (span !== undefined) {
    const time = timeOf(value);
    return time === undefined ? undefined : startOf(time, span).toISOString();
  }
  if (isArray(value) || isObject(value)) return undefined;
  return typeof value === "string" ? [...value].slice(0, 256).join("") : value;
}

const keyText = (key: JsonValue | undefined): string =>
  key === undefined ? "" : typeOfNumber(key) ? numberText(key) : JSON.stringify(key);

function timeOf(value: JsonValue | undefined): number | undefined {
  if (typeOfNumber(value)) {
    const number = Math.floor(Number(JSON.stringify(value)));
    return number >= Date.parse("0001-01-01") && number < Date.UTC(10000, 0) ? number : undefined;
  }
  if (typeof value !== "string") return undefined;
  const parts =
    /^(\d{4})-(\d\d)-(\d\d)(?:[tT](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:[zZ]|([-+])(\d\d):(\d\d)))?$/.exec(
      value,
    );
  if (!parts) return undefined;
  const [
    ,
    year,
    month,
    day,
    hour = "0",
    minute = "0",
    second = "0",
    fraction = "",
    sign,
    zoneHour = "0",
    zoneMinute = "0",
  ] = parts;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second), Number(fraction.padEnd(3, "0").slice(0, 3)));
  const isReal =
    date.getUTCMonth() === Number(month) - 1 &&
    date.getUTCDate() === Number(day) &&
    Number(hour) < 24 &&
    Number(minute) < 60 &&
    Number(second) < 60 &&
    Number(zoneHour) <= 18 &&
    Number(zoneMinute) < 60;
  const zone = (Number(zoneHour) * 60 + Number(zoneMinute)) * 60_000 * (sign === "-" ? -1 : 1);
  const time = date.getTime() - zone;
  return isReal && Number(year) > 0 && time >= Date.parse("0001-01-01") && time < Date.UTC(10000, 0)
    ? time
    : undefined;
}

/** The calendar does it, step by step, where SQL calculates. */
function startOf(time: number, span: string): Date {
  const date = new Date(time);
  const [, amount = "1", unit] = /^(\d*)(\w+)$/.exec(span) as unknown as string[];
  if (unit === "y") return new Date(new Date(0).setUTCFullYear(date.getUTCFullYear(), 0, 1));
  if (unit === "mo")
    return new Date(new Date(0).setUTCFullYear(date.getUTCFullYear(), date.getUTCMonth(), 1));
  if (unit === "w") {
    date.setUTCHours(0, 0, 0, 0);
    while (date.getUTCDay() !== 1) date.setUTCDate(date.getUTCDate() - 1);
    return date;
  }
  const lengths: Record<string, number> = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5 };
  const length = Number(amount || "1") * (lengths[unit as string] as number);
  return new Date(Math.floor(time / length) * length);
}

function measured(
  { kind, property, percent = 0 }: Measure,
  things: readonly Found[],
  subjects: readonly string[],
): string | undefined {
  if (property === undefined) return String(things.length);
  const numbers = things
    .map((thing) => valueAt(thing, property, subjects))
    .filter(typeOfNumber)
    .sort(compareNumbers);
  if (numbers.length === 0) return kind === "count" ? "0" : undefined;
  const texts = numbers.map(numberText);
  switch (kind) {
    case "count":
      return String(numbers.length);
    case "min":
      return texts[0];
    case "max":
      return texts.at(-1);
    case "percentile":
      return texts[Math.max(0, Math.ceil((percent / 100) * texts.length) - 1)];
    case "sum":
      return sumOf(numbers);
    case "avg":
      return String(Number(sumOf(numbers)) / numbers.length);
  }
}

const typeOfNumber = (value: JsonValue | undefined): value is Exclude<JsonValue, null | boolean | string> =>
  value !== undefined && rankOf(value) === 1;

/** A number as one text, however it is written. */
export function normalNumber(text: string): string {
  const decimal = readDecimal(text);
  return decimal ? `${decimal.sign} ${decimal.digits} ${decimal.point}` : text;
}

const numberText = (value: JsonValue): string => JSON.stringify(value);

/** Numbers as whole numbers of the unit 10^-340, which divides all doubles' texts. */
const UNIT = 340;
const scaled = (value: JsonValue): bigint => {
  const [mantissa = "", exponent = "0"] = JSON.stringify(value).split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  return BigInt(whole + fraction) * 10n ** BigInt(Number(exponent) - fraction.length + UNIT);
};
const compareNumbers = (a: JsonValue, b: JsonValue): number => {
  const difference = scaled(a) - scaled(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};
const sumOf = (numbers: readonly JsonValue[]): string =>
  `${numbers.reduce<bigint>((sum, number) => sum + scaled(number), 0n)}e-${UNIT}`;

function compareAll(a: readonly (JsonValue | undefined)[], b: readonly (JsonValue | undefined)[]): number {
  for (let i = 0; i < a.length; i++) {
    const order = compareKeys(a[i], b[i]);
    if (order !== 0) return order;
  }
  return 0;
}

function compareKeys(a: JsonValue | undefined, b: JsonValue | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  const ranks = rankOf(a) - rankOf(b);
  if (ranks !== 0 || a === null) return ranks;
  if (typeof a === "string") return Buffer.compare(Buffer.from(a), Buffer.from(b as string));
  return typeof a === "boolean" ? Number(a) - Number(b) : compareNumbers(a, b as JsonValue);
}
