// What a scenario came to: rows over all of it, and lines over its time.

import { median } from "../interleave.ts";
import type { Shown } from "../load/dashboards.ts";
import type { Searched } from "../load/searchers.ts";
import type { Area, LinePlot } from "../report/report.ts";
import type { BenchRow } from "../row.ts";
import type { ScenarioOptions } from "./options.ts";

/** One look; counts are since the start, those of programs since the look before. */
export interface Look {
  /** Seconds since the start. */
  readonly at: number;
  readonly sent: number;
  readonly acknowledged: number;
  readonly refused: number;
  readonly predicted: number;
  readonly ws: Shown;
  readonly sse: Shown;
  readonly searched: Searched;
  readonly residentMb: number;
  /** Seconds. */
  readonly indexLag: number;
  readonly eventLoopLag: number;
}

export interface Ending {
  readonly sent: number;
  readonly acknowledged: number;
  /** What the brokers did not take. */
  readonly failed: number;
  /** Readings that dashboards were to show, and that they showed. */
  readonly expected: number;
  readonly shown: number;
  readonly machines: number;
  /** Machines with a prediction. */
  readonly predicted: number;
}

type LookFigure = (look: Look, before: Look | undefined) => number;

const rateOf =
  (figure: (look: Look) => number): LookFigure =>
  (look, before) =>
    (figure(look) - (before ? figure(before) : 0)) / (look.at - (before?.at ?? 0));

const countRate =
  (figure: (look: Look) => number): LookFigure =>
  (look, before) =>
    figure(look) / (look.at - (before?.at ?? 0));

export function areaOf(options: ScenarioOptions, looks: readonly Look[], ending: Ending): Area {
  return { rows: rowsOf(options, looks, ending), plots: plotsOf(looks), data: { options, looks, ending } };
}

function rowsOf(options: ScenarioOptions, looks: readonly Look[], ending: Ending): BenchRow[] {
  const last = looks.at(-1);
  const seconds = last?.at ?? 1;
  const failures = looks.flatMap(({ searched }) => (searched.firstFailure === undefined ? [] : [searched]));
  const [firstFailed] = failures;
  if (firstFailed)
    console.error(`… searches that failed, the first: ${firstFailed.firstFailure?.slice(0, 300)}`);
  const most = (figure: (look: Look) => number) => Math.max(...looks.map(figure));
  const middle = (figure: (look: Look) => number) => median(looks.map(figure));
  const offered = options.sensors / options.every;
  return [
    {
      ...{
        name: `Readings of ${options.sensors.toLocaleString("en-US")} sensors taken`,
        value: (last?.acknowledged ?? 0) / seconds,
      },
      ...{
        unit: "readings/s",
        limit: offered,
        ratio: (last?.acknowledged ?? 0) / seconds / offered,
        target: 0.95,
      },
    },
    {
      name: "Readings that were not acknowledged in the end",
      value: ending.sent + ending.failed - ending.acknowledged,
      unit: "readings",
      target: 0,
    },
    { name: "Predictions written", value: (last?.predicted ?? 0) / seconds, unit: "predictions/s" },
    {
      name: "Machines with a prediction in the end",
      value: ending.predicted,
      unit: "machines",
      floor: ending.machines,
    },
    {
      name: `Readings shown by ${options.dashboards} dashboards`,
      value: ending.shown / seconds,
      unit: "readings/s",
    },
    {
      name: "Readings that dashboards did not show once",
      value: Math.abs(ending.expected - ending.shown),
      unit: "readings",
      target: 0,
    },
    {
      name: "Sensor to dashboard, WebSocket, p50 of the median look",
      value: middle(({ ws }) => ws.p50),
      unit: "ms",
    },
    {
      name: "Sensor to dashboard, WebSocket, p99 of the median look",
      value: middle(({ ws }) => ws.p99),
      unit: "ms",
    },
    {
      name: "Sensor to dashboard, stream of events, p50 of the median look",
      value: middle(({ sse }) => sse.p50),
      unit: "ms",
    },
    {
      name: "Sensor to dashboard, stream of events, p99 of the median look",
      value: middle(({ sse }) => sse.p99),
      unit: "ms",
    },
    {
      name: "Searches answered",
      value: looks.reduce((sum, { searched }) => sum + searched.count, 0) / seconds,
      unit: "answers/s",
    },
    {
      name: "Searches that failed",
      value: looks.reduce((sum, { searched }) => sum + searched.failures, 0),
      unit: "searches",
      target: 0,
    },
    { name: "Searches, p50 of the median look", value: middle(({ searched }) => searched.p50), unit: "ms" },
    { name: "Searches, p99 of the median look", value: middle(({ searched }) => searched.p99), unit: "ms" },
    { name: "Lag of the search index, at most", value: most(({ indexLag }) => indexLag), unit: "s" },
    { name: "Readings on their way, at most", value: most(onTheWay), unit: "readings" },
    { name: "Resident memory of the server, median", value: middle((look) => look.residentMb), unit: "MB" },
    { name: "Resident memory of the server, at most", value: most((look) => look.residentMb), unit: "MB" },
  ];
}

/** What the brokers have and the server has not settled. */
const onTheWay = (look: Look): number => Math.max(0, look.sent - look.acknowledged);

function plotsOf(looks: readonly Look[]): LinePlot[] {
  const line = (name: string, figure: LookFigure) => ({
    name,
    points: looks.map((look, at) => [look.at, Math.max(0, figure(look, looks[at - 1]))] as const),
  });
  const plot = (title: string, unit: string, ...all: ReturnType<typeof line>[]): LinePlot => ({
    ...{ title, unit, across: "s", lines: all },
  });
  return [
    plot(
      "Rates",
      "1/s",
      line(
        "readings sent",
        rateOf(({ sent }) => sent),
      ),
      line(
        "taken",
        rateOf(({ acknowledged }) => acknowledged),
      ),
      line(
        "predictions",
        rateOf(({ predicted }) => predicted),
      ),
      line(
        "shown",
        countRate(({ ws, sse }) => ws.count + sse.count),
      ),
    ),
    plot(
      "Sensor to dashboard",
      "ms",
      line("WebSocket p50", ({ ws }) => ws.p50),
      line("WebSocket p99", ({ ws }) => ws.p99),
      line("stream p50", ({ sse }) => sse.p50),
      line("stream p99", ({ sse }) => sse.p99),
    ),
    plot(
      "Searches",
      "ms",
      line("p50", ({ searched }) => searched.p50),
      line("p99", ({ searched }) => searched.p99),
    ),
    plot(
      "Searches answered",
      "1/s",
      line(
        "answers",
        countRate(({ searched }) => searched.count),
      ),
    ),
    plot(
      "Resident memory of the server",
      "MB",
      line("server", (look) => look.residentMb),
    ),
    plot(
      "Lag of the search index",
      "s",
      line("lag", ({ indexLag }) => indexLag),
    ),
    plot("Readings on their way", "readings", line("not settled", onTheWay)),
    plot(
      "Lag of the event loop, p99",
      "ms",
      line("lag", ({ eventLoopLag }) => eventLoopLag * 1_000),
    ),
  ];
}
