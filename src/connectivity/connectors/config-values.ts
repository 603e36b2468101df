// Values of specificConfig, which are all texts, as Ditto's configuration library (HOCON) reads them.

const truths: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  false: false,
  no: false,
  off: false,
};

/** A flag; undefined where the text is none. */
export const flagIn = (text: string): boolean | undefined =>
  Object.hasOwn(truths, text) ? truths[text] : undefined;

const unitsMs = new Map<string, number>(
  (
    [
      [1e-6, "ns nano nanos nanosecond nanoseconds"],
      [1e-3, "us micro micros microsecond microseconds"],
      [1, "ms milli millis millisecond milliseconds"],
      [1000, "s second seconds"],
      [60_000, "m minute minutes"],
      [3_600_000, "h hour hours"],
      [86_400_000, "d day days"],
    ] as const
  ).flatMap(([ms, names]) => names.split(" ").map((name) => [name, ms] as const)),
);

/** A span of time in milliseconds, which are also the unit of a bare number; undefined where the text is none. */
export function durationIn(text: string): number | undefined {
  const [, digits, unit = ""] = /^([+-]?\d{1,15}(?:\.\d{1,9})?) {0,9}([a-z]{0,12})$/.exec(text.trim()) ?? [];
  const ms = unitsMs.get(unit || "ms");
  return digits === undefined || ms === undefined ? undefined : Number(digits) * ms;
}
