// Spans of time that things are grouped by, such as `h` or `15m`: they begin at whole multiples in UTC.

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** `offset` is where the multiples are counted from: weeks begin on Mondays, and 1970-01-01 was a Thursday. */
export type Truncation =
  | { readonly kind: "fixed"; readonly lengthMs: number; readonly offsetMs: number }
  | { readonly kind: "month" | "year" };

const fixed: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1000],
  ["m", MINUTE],
  ["h", 60 * MINUTE],
  ["d", DAY],
]);

/** Where times lie that can be grouped by: in the years 1 to 9999. */
export const FIRST_MS = -62_135_596_800_000;
export const LAST_MS = 253_402_300_799_999;

/**
 * Reads a span: the units are those of `time:now` in RQL, before `ms`, `s`, `m`, `h` and `d` may stand how many of them.
 * What is none, or longer than 1,000 years, gives `undefined`.
 */
export function readTruncation(text: string): Truncation | undefined {
  if (text === "w") return { kind: "fixed", lengthMs: 7 * DAY, offsetMs: 4 * DAY };
  if (text === "mo") return { kind: "month" };
  if (text === "y") return { kind: "year" };
  const [, amount = "1", unit = ""] = /^([1-9]\d{0,9})?(ms|s|m|h|d)$/.exec(text) ?? [];
  const lengthMs = Number(amount) * (fixed.get(unit) ?? Number.NaN);
  return lengthMs <= 365_000 * DAY ? { kind: "fixed", lengthMs, offsetMs: 0 } : undefined;
}

/** The beginning of a span as groups are named by it: a fraction only where there is one. */
export const printTime = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace(".000Z", "Z");
