// `time:now` and `time:now_epoch_millis`, with an offset and truncated, in UTC (basic-placeholders page).

import type { Values } from "./element.ts";

const NAME =
  /^time:now(_epoch_millis)?(?:([+-])(\d{1,12})(ms|s|m|h|d|w|mo|y)?)?(?:\[(ms|s|m|h|d|w|mo|y)?\])?$/;

/** Milliseconds of a unit; months and years are those of the mean year of the calendar. */
const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  mo: 2_629_746_000,
  y: 31_556_952_000,
};
/** Farther away than this no offset goes: some 9,000 years, within what a date can be. */
const FARTHEST = 9000 * 31_556_952_000;

const offsetOf = ([, , sign, amount = "0", unit = "s"]: RegExpExecArray): number =>
  (sign === "-" ? -1 : 1) * Number(amount) * (units[unit] as number);

/** Whether a placeholder is one of the time. */
export function isTimePlaceholder(name: string): boolean {
  const parts = NAME.exec(name);
  return parts !== null && Math.abs(offsetOf(parts)) <= FARTHEST;
}

/** The values of placeholders `time:…` at a time in milliseconds since the epoch; other placeholders have none. */
export const timePlaceholder =
  (now: number): Values =>
  (name) => {
    const parts = NAME.exec(name);
    if (!parts || !isTimePlaceholder(name)) return [];
    const shifted = now + offsetOf(parts);
    const isTruncated = name.endsWith("]");
    const time = isTruncated ? truncated(shifted, parts[5] ?? "s") : shifted;
    return [parts[1] ? String(time) : new Date(time).toISOString().replace(".000Z", "Z")];
  };

/** The first day of 1970 was a Thursday. */
const FIRST_MONDAY = 4 * (units.d as number);

function truncated(time: number, unit: string): number {
  const date = new Date(time);
  if (unit === "y") return Date.UTC(date.getUTCFullYear(), 0, 1);
  if (unit === "mo") return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  const length = units[unit] as number;
  const start = unit === "w" ? FIRST_MONDAY : 0;
  return Math.floor((time - start) / length) * length + start;
}
