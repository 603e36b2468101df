import type { Fit } from "./line.ts";

/** Days from now; `null` where there is no end, or none in sight. */
export interface Crossing {
  readonly days: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
}

const never: Crossing = { days: null, lower: null, upper: null };

/**
 * When the line reaches a level, and between which times it may as well (Fieller): those at which the level is within `reach`
 * standard errors of the line. What is past counts as now.
 *
 * @param now in days, as the times of the line
 * @param towards 1 where the level is reached from below, -1 from above
 */
export function crossingOf(fit: Fit, level: number, towards: 1 | -1, now: number, reach: number): Crossing {
  const missing = towards * (level - fit.mean);
  const slope = towards * fit.slope;
  const since = now - fit.meanTime;
  const isOver = slope * since >= missing;
  if (isOver) return { days: 0, lower: 0, upper: 0 };
  if (slope <= 0) return never;
  const [early, late] = rangeOf(fit, missing, slope, reach);
  const fromNow = (time: number): number => Math.max(0, time - since);
  return {
    days: fromNow(missing / slope),
    lower: early === undefined ? 0 : fromNow(early),
    upper: late === undefined ? null : fromNow(late),
  };
}

/** The times, from that of the mean on, at which (slope · t − missing)² = reach² · (variance of the line at t). */
function rangeOf(
  fit: Fit,
  missing: number,
  slope: number,
  reach: number,
): [number | undefined, number | undefined] {
  const a = slope * slope - reach * reach * fit.slopeVariance;
  const b = slope * missing;
  const c = missing * missing - reach * reach * fit.meanVariance;
  const root = Math.sqrt(Math.max(0, b * b - a * c));
  // Where the slope may be none, there is a first time, and no last one.
  if (a <= 0) return [c > 0 ? c / (b + root) : undefined, undefined];
  const late = (b + root) / a;
  return [c / (a * late), late];
}
