// Time series as JSON and as comma-separated values.

import { setImmediate } from "node:timers/promises";
import type { JsonObject } from "../../base/json/json.ts";
import { printPath } from "../../base/json/pointer.ts";
import type { TimeSeries, TimeSeriesValue } from "../../dispatch/history/time-series.ts";
import { addText, answerHeaders, listAnswer } from "./answers.ts";
import { csvLines } from "./csv.ts";
import type { HttpRequest } from "./entity-requests.ts";
import { formatOf, textOf } from "./query-values.ts";
import { begun, inChunks, streamedAnswer } from "./streamed-answer.ts";
import type { TimeSeriesPath } from "./time-series-path.ts";
import type { Target } from "./uri.ts";

const formats = { json: "application/json", csv: "text/csv" } as const;
/** How many values are printed in one turn of the event loop. */
const TURN = 500;
/** Characters that are sent at once. */
const CHUNK = 65_536;

/** The answer in the form that its request wants. Where there is more than it tells, a link leads there. */
export async function timeSeriesAnswer(
  request: HttpRequest,
  about: TimeSeriesPath,
  series: TimeSeries,
): Promise<Response> {
  const { incoming, target, headers, auth } = request;
  const link = series.nextFrom === undefined ? undefined : linkFrom(target, series.nextFrom);
  if (formatOf(target, incoming.headers.accept, formats) === "csv") return csvAnswer(request, series, link);
  return listAnswer(incoming, await printSeries(target, about, series), headers, auth, link);
}

const linkFrom = ({ query }: Target, nextFrom: number): string => {
  const next = new URLSearchParams(query);
  next.set("from", instant(nextFrom));
  return `<?${next}>; rel="next"`;
};

async function printSeries(
  target: Target,
  { thingId, path }: TimeSeriesPath,
  series: TimeSeries,
): Promise<string> {
  const { from, to, agg, isTruncated, nextFrom } = series;
  const bucket = textOf(target, "bucket");
  const head = JSON.stringify({
    ...{ thingId, path: printPath(path).slice(1), from: instant(from), to: instant(to) },
    ...(bucket !== undefined && { bucket }),
    ...(agg && { agg }),
    truncated: isTruncated,
    ...(nextFrom !== undefined && { next: instant(nextFrom) }),
  });
  const printed: string[] = [];
  for (const values of slicesOf(series)) {
    printed.push(values.map((value) => JSON.stringify(printValue(value))).join());
    await setImmediate();
  }
  return `${head.slice(0, -1)},"values":[${printed.join()}]}`;
}

const printValue = ({ timestamp, revision, count, value }: TimeSeriesValue): JsonObject => ({
  timestamp: instant(timestamp),
  ...(revision !== undefined && { revision }),
  ...(count !== undefined && { count }),
  value,
});

async function csvAnswer(
  request: HttpRequest,
  series: TimeSeries,
  link: string | undefined,
): Promise<Response> {
  const { target, headers, auth, onFault } = request;
  const told = answerHeaders(headers);
  addText(told, "ditto-originator", auth.subjects[0] as string);
  if (link !== undefined) told.link = link;
  const isBucketed = textOf(target, "bucket") !== undefined;
  return streamedAnswer(
    { ...told, "response-required": "false", "content-type": "text/csv; charset=utf-8" },
    await begun(inChunks(csvTexts(series, isBucketed ? "count" : "revision"), CHUNK)),
    (error) => onFault(error, String(headers["correlation-id"])),
  );
}

async function* csvTexts(series: TimeSeries, second: "count" | "revision"): AsyncGenerator<string> {
  yield csvLines([["timestamp", second, "value"]]);
  for (const values of slicesOf(series))
    yield csvLines(values.map((each) => [instant(each.timestamp), each[second] ?? null, each.value]));
}

function* slicesOf({ values }: TimeSeries): Generator<readonly TimeSeriesValue[]> {
  for (let at = 0; at < values.length; at += TURN) yield values.slice(at, at + TURN);
}

const instant = (ms: number): string => new Date(ms).toISOString();
