// The history of one value of a thing: its readings as they came, or what they come to in each stretch of time.

import type { Aggregate } from "../../base/aggregates.ts";
import type { JsonValue } from "../../base/json/json.ts";
import type { Path } from "../../base/json/pointer.ts";
import type { AuthContext, DittoHeaders } from "../../signals/signal.ts";
import { Bucket } from "./bucket.ts";
import type { PastStates } from "./past-states.ts";

export const TIME_SERIES_LIMIT = { byDefault: 10_000, most: 100_000 };
/** Characters that the values of an answer may have together: of long ones there are fewer. */
const MAX_CHARACTERS = 5_000_000;

export interface TimeSeriesQuery {
  /** Milliseconds since the epoch, both included. */
  readonly from?: number;
  readonly to?: number;
  /** Length of a bucket; absent: the readings themselves. Buckets begin at multiples of it since the epoch. */
  readonly bucketMs?: number;
  /** What is told of a bucket; absent: `mean`. */
  readonly agg?: Aggregate;
  /** Values that are told at most; those of one millisecond are not parted. */
  readonly limit: number;
}

export interface TimeSeriesValue {
  /** Milliseconds since the epoch: of the reading, or of the beginning of the bucket. */
  readonly timestamp: number;
  /** Of the thing, with a reading. */
  readonly revision?: number;
  /** How many readings there were, of a bucket. Those without any are left out. */
  readonly count?: number;
  /** Of a bucket null where its readings do not tell: all but `count`, `rate` and `last` are of numbers and booleans. */
  readonly value: JsonValue;
}

export interface TimeSeries {
  /** Milliseconds since the epoch: as asked for, else the first value and the time of the request. */
  readonly from: number;
  readonly to: number;
  readonly agg?: Aggregate;
  readonly values: readonly TimeSeriesValue[];
  /** Whether there is more than is told; then `nextFrom` is from where to go on, in milliseconds since the epoch. */
  readonly isTruncated: boolean;
  readonly nextFrom?: number;
}

/**
 * Reads what was at a path of a thing after each event that touched it and left something there. Refuses with
 * `things:thing.notfound` where the thing is not there or nothing of it may be read now, and with the path's not-found error where
 * that may not. An aborted signal ends the work with what there is.
 */
export type TimeSeriesReader = (
  thingId: string,
  path: Path,
  query: TimeSeriesQuery,
  auth: AuthContext,
  headers: DittoHeaders,
  signal?: AbortSignal,
) => Promise<TimeSeries>;

export const timeSeries =
  (pastStates: PastStates): TimeSeriesReader =>
  async (thingId, path, query, auth, _headers, signal) => {
    const to = query.to ?? Date.now();
    const { from } = query;
    const range = { to, only: [path], ...(from !== undefined && { from }), ...(signal && { signal }) };
    const gathering = query.bucketMs === undefined ? readings(query) : buckets(query.bucketMs, query);
    for await (const { event, valueAt } of pastStates(thingId, range, auth)) {
      const value = valueAt(path);
      if (value !== undefined && !gathering.take(event, value)) break;
    }
    const { values, nextFrom, agg } = gathering.result();
    return {
      from: from ?? values[0]?.timestamp ?? to,
      to,
      ...(agg && { agg }),
      values,
      isTruncated: nextFrom !== undefined,
      ...(nextFrom !== undefined && { nextFrom }),
    };
  };

interface Moment {
  readonly timestamp: number;
  readonly revision: number;
}

interface Gathering {
  /** False where it is not taken, nor anything after it. */
  take(at: Moment, value: JsonValue): boolean;
  result(): Pick<TimeSeries, "values" | "nextFrom" | "agg">;
}

const mostOf = ({ limit }: TimeSeriesQuery): number => Math.max(1, Math.min(limit, TIME_SERIES_LIMIT.most));

function readings(query: TimeSeriesQuery): Gathering {
  const most = mostOf(query);
  const values: TimeSeriesValue[] = [];
  let characters = 0;
  let nextFrom: number | undefined;
  return {
    take({ timestamp, revision }, value) {
      const isFull = values.length >= most || characters > MAX_CHARACTERS;
      if (isFull && values.at(-1)?.timestamp !== timestamp) {
        nextFrom = timestamp;
        return false;
      }
      characters += lengthOf(value);
      values.push({ timestamp, revision, value });
      return true;
    },
    result: () => ({ values, ...(nextFrom !== undefined && { nextFrom }) }),
  };
}

function lengthOf(value: JsonValue): number {
  if (typeof value === "string") return value.length;
  return typeof value === "object" ? JSON.stringify(value).length : 0;
}

function buckets(ms: number, query: TimeSeriesQuery): Gathering {
  const most = mostOf(query);
  const { agg = "mean" } = query;
  const values: TimeSeriesValue[] = [];
  let characters = 0;
  let bucket: Bucket | undefined;
  let nextFrom: number | undefined;

  function close(): void {
    if (!bucket) return;
    const { start, count, value } = bucket;
    characters += lengthOf(value);
    values.push({ timestamp: start, count, value });
    bucket = undefined;
  }

  /** One that is full is told as far as it goes where there is nothing else, and otherwise the first of what is left. */
  function endAt(timestamp: number): false {
    nextFrom = values.length > 0 && bucket ? bucket.start : timestamp;
    if (values.length === 0) close();
    bucket = undefined;
    return false;
  }

  return {
    take({ timestamp }, value) {
      const start = Math.floor(timestamp / ms) * ms;
      if (bucket?.start === start && bucket.isFullAt(timestamp)) return endAt(timestamp);
      if (bucket && bucket.start !== start) close();
      if (!bucket && (values.length >= most || characters > MAX_CHARACTERS)) return endAt(start);
      bucket ??= new Bucket(start, ms, agg);
      bucket.add(timestamp, value);
      return true;
    },
    result() {
      close();
      return { agg, values, ...(nextFrom !== undefined && { nextFrom }) };
    },
  };
}
