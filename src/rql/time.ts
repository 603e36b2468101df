// The time placeholder (basic-placeholders page): `now`, `now_epoch_millis`, with an offset and a truncation.

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Milliseconds of a unit; no unit means seconds, months and years have the mean length of the calendar. */
const UNITS = new Map([
  ["ms", 1],
  ["s", 1000],
  ["", 1000],
  ["m", MINUTE],
  ["h", 60 * MINUTE],
  ["d", DAY],
  ["w", 7 * DAY],
  ["mo", 2_629_746_000],
  ["y", 31_556_952_000],
]);

const NAME = /^now(_epoch_millis)?(?:([+-])(\d+)(ms|s|mo|m|h|d|w|y|))?(?:\[(ms|s|mo|m|h|d|w|y|)\])?$/;

/**
 * Reads the name of a time and gives a function from `now`, in milliseconds, to its text. The text is `undefined`
 * beyond the calendar's range. An unknown name gives `undefined`.
 */
export function compileTime(name: string): ((now: number) => string | undefined) | undefined {
  const match = NAME.exec(name);
  if (!match) return undefined;
  const [, epoch, sign, amount, unit, truncation] = match;
  const offset = sign ? Number(`${sign}1`) * Number(amount) * (UNITS.get(unit as string) as number) : 0;
  return (now) => {
    const moved = new Date(now + offset);
    if (Number.isNaN(moved.getTime())) return undefined;
    const time = truncation === undefined ? moved : truncate(moved, truncation);
    return epoch ? String(time.getTime()) : printInstant(time);
  };
}

function truncate(time: Date, unit: string): Date {
  const year = time.getUTCFullYear();
  if (unit === "y") return new Date(Date.UTC(year, 0));
  if (unit === "mo") return new Date(Date.UTC(year, time.getUTCMonth()));
  const length = unit === "w" ? DAY : (UNITS.get(unit) as number);
  const start = Math.floor(time.getTime() / length) * length;
  return new Date(unit === "w" ? start - ((time.getUTCDay() + 6) % 7) * DAY : start);
}

/** As Java prints an instant: a fraction only where there is one. */
const printInstant = (time: Date): string => time.toISOString().replace(".000Z", "Z");
