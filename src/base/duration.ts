// Durations as texts: in the header `timeout`, and in what policies announce.

const DAY_MS = 86_400_000;
const unitsMs: Readonly<Record<string, number>> = {
  "": 1000,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: DAY_MS,
  w: 7 * DAY_MS,
  mo: 30 * DAY_MS,
  y: 365 * DAY_MS,
};

/** Milliseconds of a duration such as `10` (seconds), `10s`, `500ms` or `1m`; `undefined` where the text is none. */
export function parseDuration(text: string): number | undefined {
  const [, digits, unit = ""] = /^\+?(\d{1,18})(ms|mo|[smhdwy])?$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * (unitsMs[unit] as number);
}
