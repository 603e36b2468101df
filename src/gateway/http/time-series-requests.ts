// The time series of a property: how it changed, value by value or in buckets of time. It is no part of Ditto.

import { type Aggregate, isAggregate } from "../../base/aggregates.ts";
import { TwinError } from "../../base/errors.ts";
import { namespaceOf } from "../../base/ids.ts";
import { isObject } from "../../base/json/json.ts";
import { timeoutTooLong } from "../../dispatch/acks/errors.ts";
import type { Dispatch } from "../../dispatch/dispatcher.ts";
import {
  TIME_SERIES_LIMIT,
  type TimeSeries,
  type TimeSeriesQuery,
  type TimeSeriesReader,
} from "../../dispatch/history/time-series.ts";
import { durationMs } from "../../protocol/timeout.ts";
import { whenGone } from "../gone.ts";
import { accepted } from "./answers.ts";
import { inTime } from "./connections/asked.ts";
import type { HttpRequest } from "./entity-requests.ts";
import { checkSpan, limitOf, parameterInvalid, spanOf, textOf, timeOf } from "./query-values.ts";
import { timeSeriesAnswer } from "./time-series-answers.ts";
import type { TimeSeriesPath } from "./time-series-path.ts";
import type { Target } from "./uri.ts";

/** What only a time series is asked with. */
const parameters = ["from", "to", "bucket", "agg", "limit", "format"];
/** The headers that a bare request may have: they say nothing of what is asked for. */
const bareHeaders: ReadonlySet<string> = new Set(["accept", "correlation-id", "traceparent", "tracestate"]);
const MAX_WAIT_MS = 60_000;

export interface TimeSeriesParts {
  readonly timeSeries: TimeSeriesReader;
  readonly dispatch: Dispatch;
}

/**
 * Answers a GET of a path that ends in `timeseries`. A property may be called so: without a parameter of a time series it is that
 * property that is asked for, by `property`. Only where it is not there, the request says nothing else in its query or its headers,
 * and what is before it is there and no object, in which there could be such a property, the series is told.
 */
export async function timeSeriesRequest(
  parts: TimeSeriesParts,
  request: HttpRequest,
  about: TimeSeriesPath,
  property: () => Promise<Response>,
): Promise<Response> {
  request.reach?.check("thing", namespaceOf(about.thingId));
  if (parameters.some((name) => request.target.query?.has(name))) {
    return whileWaitedFor(request, async (signal) =>
      timeSeriesAnswer(request, about, await seriesOf(parts.timeSeries, request, about, signal)),
    );
  }
  try {
    return await property();
  } catch (error) {
    if (!isNotFound(error) || !isBare(request)) throw error;
    return whileWaitedFor(request, async (signal) => {
      const series = await seriesOfValue(parts, request, about, signal);
      if (!series) throw error;
      return timeSeriesAnswer(request, about, series);
    });
  }
}

const isNotFound = (error: unknown): boolean => error instanceof TwinError && error.status === 404;

const isBare = ({ target, headers }: HttpRequest): boolean =>
  (target.query?.size ?? 0) === 0 && Object.keys(headers).every((name) => bareHeaders.has(name));

/** The series of a value that is there now and no object; `undefined` where there is none. */
async function seriesOfValue(
  { timeSeries, dispatch }: TimeSeriesParts,
  request: HttpRequest,
  about: TimeSeriesPath,
  signal: AbortSignal,
): Promise<TimeSeries | undefined> {
  const { thingId: id, path } = about;
  const { auth, headers } = request;
  try {
    const asked = { "correlation-id": headers["correlation-id"] as string };
    const now = await dispatch({ kind: "thing", id, action: "retrieve", path, headers: asked, auth });
    if (isObject(now.value)) return undefined;
    const series = await seriesOf(timeSeries, request, about, signal);
    return series.values.length > 0 ? series : undefined;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Work that ends when nobody waits for it any more. */
async function whileWaitedFor(
  { incoming, headers: { timeout } }: HttpRequest,
  work: (signal: AbortSignal) => Promise<Response>,
): Promise<Response> {
  const ms = timeout === undefined ? MAX_WAIT_MS : durationMs(timeout);
  if (ms > MAX_WAIT_MS) throw timeoutTooLong(String(timeout));
  const ending = new AbortController();
  const stay = whenGone(incoming.socket, () => ending.abort());
  try {
    const answered = await inTime(work(ending.signal), ms);
    return ending.signal.aborted ? accepted() : answered;
  } finally {
    stay();
    ending.abort();
  }
}

function seriesOf(
  read: TimeSeriesReader,
  { target, auth, headers }: HttpRequest,
  { thingId, path }: TimeSeriesPath,
  signal: AbortSignal,
): Promise<TimeSeries> {
  return read(thingId, path, queryOf(target), auth, headers, signal);
}

function queryOf(target: Target): TimeSeriesQuery {
  const [from, to] = [timeOf(target, "from"), timeOf(target, "to")];
  checkSpan(from, to);
  const bucketMs = spanOf(target, "bucket");
  const agg = aggregateOf(target);
  if (agg && bucketMs === undefined)
    throw parameterInvalid("agg", agg, "what is told of a 'bucket', which has to be given with it");
  return {
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(bucketMs !== undefined && { bucketMs }),
    ...(agg && { agg }),
    limit: limitOf(target, "limit", TIME_SERIES_LIMIT.byDefault, TIME_SERIES_LIMIT.most),
  };
}

function aggregateOf(target: Target): Aggregate | undefined {
  const text = textOf(target, "agg");
  if (text === undefined || isAggregate(text)) return text as Aggregate | undefined;
  throw parameterInvalid(
    "agg",
    text,
    "last, mean, min, max, sum, std, slope, count, rate, or a percentile as p95",
  );
}
