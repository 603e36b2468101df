// How many readings a predictor's windows and lags hold of one thing.

import { printPath } from "../../base/json/pointer.ts";
import type { Input } from "../model.ts";

/** The newest so many readings, or those of so many milliseconds. */
export type Extent = NonNullable<Input["window"]>;

export const countOf = (extent: Extent | undefined): number =>
  extent && "count" in extent ? extent.count : 0;
export const msOf = (extent: Extent | undefined): number => (extent && "ms" in extent ? extent.ms : 0);

/** The most that one of them holds. */
export const MAX_READINGS = 10_000;
/** The most that all of them hold: as many as are stored, and counted together anew, within some milliseconds. */
export const MAX_TOGETHER = 20_000;
/** What one of time is given at least. */
export const LEAST_OF_TIME = 300;

export interface Bounds {
  /** What all hold at least that are by number, and those of time with the least that they are given. */
  readonly needed: number;
  /** The newest so many readings are looked at by each that is of time: all have the same share of what is left. */
  readonly ofTime: number;
}

/** A window of a path counts once, however many inputs share it, and so do the lags of a path. */
export function boundsOf(inputs: readonly Pick<Input, "path" | "window" | "lag">[]): Bounds {
  const held = new Map<string, Extent>();
  for (const { path, window, lag } of inputs) {
    const at = printPath(path);
    if (window) held.set(`window ${countOf(window)} ${msOf(window)} ${at}`, window);
    if (!lag) continue;
    const key = `lag ${"ms" in lag} ${at}`;
    const known = held.get(key);
    held.set(key, known && countOf(known) > countOf(lag) ? known : lag);
  }
  const extents = [...held.values()];
  const counted = extents.reduce((sum, extent) => sum + countOf(extent), 0);
  const timed = extents.filter((extent) => "ms" in extent).length;
  const share = Math.floor((MAX_TOGETHER - counted) / Math.max(1, timed));
  return {
    needed: counted + timed * LEAST_OF_TIME,
    ofTime: Math.min(MAX_READINGS, Math.max(LEAST_OF_TIME, share)),
  };
}
