// Numbers that models reckon with: products of three of them are finite still.

/** What lies beyond counts as this. */
export const HUGE = 1e100;

/** A reading as models take it: never infinite, never beyond {@link HUGE}; NaN where there is none. */
export function tame(reading: number | undefined): number {
  if (reading === undefined || !Number.isFinite(reading)) return Number.NaN;
  return clamp(reading, -HUGE, HUGE);
}

export const clamp = (x: number, low: number, high: number): number => Math.min(high, Math.max(low, x));

/** As an output: `null` where it is no number. */
export const told = (x: number): number | null => (Number.isFinite(x) ? x : null);
