// Rows that wait for what turned out to be true.

import { isRawNumber, type JsonValue } from "../../base/json/json.ts";
import type { Path } from "../../base/json/pointer.ts";
import type { PastState } from "../../dispatch/history/past-states.ts";
import { observationOf } from "../inputs/past-observation.ts";
import { isEnd } from "../serving/seen.ts";

export type Cell = string | number | boolean | null;

export interface LabelRule {
  readonly path: Path;
  /** For so long after a row, in milliseconds, its label may come; also `Infinity`. */
  readonly withinMs: number;
}

export interface Labels {
  /** A row of a time in milliseconds, later than those before it. */
  add(row: readonly Cell[], timestamp: number): void;
  /** Takes an event after all rows that were added; where it ends the life of the thing, their labels do not come any more. */
  take(state: PastState): void;
  /** The rows that need not wait any more, in their order; in the end all. */
  ready(isOver?: boolean): readonly (readonly Cell[])[];
  readonly waiting: number;
}

/** What rows hold that wait, in cells; beyond, the oldest goes without a label. */
const MAX_CELLS = 2_000_000;

/** The label of a row is the first value that is told at a path after it; null where none came in time. */
export function labelsFor({ path, withinMs }: LabelRule, columns: number): Labels {
  const most = Math.max(1, Math.floor(MAX_CELLS / columns));
  const waiting: { readonly row: readonly Cell[]; readonly timestamp: number }[] = [];
  let done: (readonly Cell[])[] = [];

  /** The oldest ones that `isOver` holds for. */
  function release(label: (timestamp: number) => Cell, isOver: (timestamp: number) => boolean): void {
    const count = waiting.findIndex(({ timestamp }) => !isOver(timestamp));
    const released = waiting.splice(0, count < 0 ? waiting.length : count);
    for (const { row, timestamp } of released) done.push([...row, label(timestamp)]);
  }

  const releaseAll = () =>
    release(
      () => null,
      () => true,
    );

  return {
    add(row, timestamp) {
      waiting.push({ row, timestamp });
      if (waiting.length <= most) return;
      const half = waiting.splice(0, Math.ceil(most / 2));
      done.push(...half.map(({ row }) => [...row, null]));
    },
    take(state) {
      if (isEnd(state.event)) return releaseAll();
      const { timestamp: now } = state.event;
      const inTime = (timestamp: number) => now - timestamp <= withinMs;
      const observation = observationOf(state);
      const value = observation.touches(path) ? observation.valueAt(path) : undefined;
      if (value === undefined)
        return release(
          () => null,
          (timestamp) => !inTime(timestamp),
        );
      release(
        (timestamp) => (inTime(timestamp) ? cellOf(value) : null),
        () => true,
      );
    },
    ready(isOver = false) {
      if (isOver) releaseAll();
      const rows = done;
      done = [];
      return rows;
    },
    get waiting() {
      return waiting.length;
    },
  };
}

/** Objects and arrays are JSON texts. */
function cellOf(value: JsonValue): Cell {
  if (isRawNumber(value)) return Number(value.rawJSON);
  return value === null || typeof value !== "object" ? value : JSON.stringify(value);
}
