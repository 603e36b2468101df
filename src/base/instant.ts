// Times as clients write them: ISO 8601, to the nanosecond.

const INSTANT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d)?(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/i;

/**
 * Milliseconds since the epoch of a time with its zone, seconds optional; undefined for any other text. Rounded up:
 * what was recorded at whole milliseconds lies before the time exactly when it lies before the result.
 */
export const readInstant = (text: string): number | undefined => read(text, Math.ceil);

/** The first whole millisecond after a time; as {@link readInstant} otherwise. */
export function readInstantAfter(text: string): number | undefined {
  const whole = read(text, Math.floor);
  return whole === undefined ? undefined : whole + 1;
}

/** The last whole millisecond before a time; as {@link readInstant} otherwise. */
export function readInstantBefore(text: string): number | undefined {
  const whole = read(text, Math.ceil);
  return whole === undefined ? undefined : whole - 1;
}

function read(text: string, round: (milliseconds: number) => number): number | undefined {
  const parts = INSTANT.exec(text);
  if (!parts) return undefined;
  const [, minute, second = ":00", fraction = "", zone = ""] = parts;
  const whole = Date.parse(`${minute}${second}${zone.toUpperCase()}`);
  return Number.isNaN(whole) ? undefined : whole + round(Number(fraction.padEnd(9, "0")) / 1_000_000);
}
