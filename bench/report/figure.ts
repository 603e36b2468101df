// Figures as people read them.

import type { BenchRow } from "../row.ts";

/** Three digits or so. */
export function number(value: number): string {
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A floor is for the value; else with a limit the aim is a share of it, without one the most the value may be. */
export function aimOf({ target, ratio, floor }: BenchRow): string {
  if (floor !== undefined) return `≥ ${number(floor)}`;
  if (target === undefined) return "";
  return ratio === undefined ? `≤ ${number(target)}` : `≥ ${target}`;
}

export function verdictOf({ target, ratio, value, floor }: BenchRow): string {
  if (floor !== undefined) return value >= floor ? "met" : "missed";
  if (target === undefined) return "";
  return (ratio === undefined ? value <= target : ratio >= target) ? "met" : "missed";
}
