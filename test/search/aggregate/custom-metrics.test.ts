import { pino } from "pino";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Row } from "../../../src/journal/database.ts";
import { createMetrics } from "../../../src/ops/metrics.ts";
import { customAggregationMetrics, customMetrics } from "../../../src/ops/metrics-config.ts";
import { type CustomMetrics, startCustomMetrics } from "../../../src/search/aggregate/custom-metrics.ts";
import type { Statement } from "../../../src/search/statement.ts";

let running: CustomMetrics | undefined;
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  running?.stop();
  vi.useRealTimers();
});

/** An index that answers with what `rows` gives, and metrics that are counted of it. */
function counting(
  settings: { metrics?: object; aggregations?: object; enabled?: boolean; leads?: () => boolean },
  rows: (statement: Statement, signal?: AbortSignal) => readonly Row[] | Promise<readonly Row[]>,
) {
  const lines: Record<string, unknown>[] = [];
  const metrics = createMetrics();
  const asked: Statement[] = [];
  running = startCustomMetrics({
    store: {
      watchesTime: false,
      async run(statement, _timeoutMs, signal) {
        asked.push(statement);
        return rows(statement, signal);
      },
    },
    isIndexed: () => false,
    settings: {
      operatorMetricsEnabled: settings.enabled ?? true,
      operatorMetricsScrapeInterval: 60_000,
      customMetrics: customMetrics.parse(
        JSON.stringify({ total_things: { enabled: false }, ...settings.metrics }),
      ),
      customAggregationMetrics: customAggregationMetrics.parse(JSON.stringify(settings.aggregations ?? {})),
    },
    metrics,
    cluster: { isLeader: () => settings.leads?.() ?? true },
    log: pino({ level: "debug" }, { write: (line: string) => void lines.push(JSON.parse(line)) }),
    firstAfter: () => 1_000,
  });
  const shown = async (name: string) =>
    (await metrics.text()).split("\n").filter((line) => line.startsWith(name));
  return { lines, asked, shown };
}

const places = {
  online: {
    filter: "exists(attributes/online)",
    "group-by": { place: "attributes/place", gateway: "attributes/gateway" },
    tags: {
      kind: "fixed",
      place: "{{ group-by:place | fn:default('nowhere') }}",
      gateway: "{{ group-by:gateway }}",
    },
    "scrape-interval": "10s",
  },
};

test("things are counted a while after the start, and then at each interval", async () => {
  let count = 5;
  const { shown, asked } = counting({ metrics: { all: { tags: { company: "acme" } } } }, () => [
    { x0: `${count}` },
  ]);
  expect(await shown("all")).toEqual([]);

  await vi.advanceTimersByTimeAsync(1_000);
  expect(await shown("all")).toEqual(['all{company="acme"} 5']);
  count = 6;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await shown("all")).toEqual(['all{company="acme"} 6']);
  expect(asked).toHaveLength(2);
});

test("of a cluster the leader alone counts, and who leads no more shows nothing", async () => {
  let leads = false;
  const { shown, asked } = counting(
    { metrics: { all: { tags: { company: "acme" } } }, leads: () => leads },
    () => [{ x0: "5" }],
  );
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked).toEqual([]);

  leads = true;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await shown("all")).toEqual(['all{company="acme"} 5']);

  leads = false;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await shown("all")).toEqual([]);
  expect(asked).toHaveLength(1);
});

test("groups are series, which vanish with their groups", async () => {
  let rows: readonly Row[] = [
    { g0: null, g1: "true", x0: "1" },
    { g0: '"Berlin"', g1: "false", x0: "6" },
    { g0: '"nowhere"', g1: "true", x0: "2" },
    { g0: "7", g1: null, x0: "3" },
  ];
  const { shown, asked } = counting({ aggregations: places }, () => rows);

  await vi.advanceTimersByTimeAsync(1_000);
  expect(await shown("online")).toEqual([
    'online{kind="fixed",place="nowhere",gateway="true"} 3',
    'online{kind="fixed",place="Berlin",gateway="false"} 6',
    'online{kind="fixed",place="7",gateway="{{ group-by:gateway }}"} 3',
  ]);
  rows = [{ g0: '"Berlin"', g1: "false", x0: "4" }];
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await shown("online")).toEqual(['online{kind="fixed",place="Berlin",gateway="false"} 4']);
  expect(asked[0]?.text).not.toContain("search_access");
});

test("what fails is told once, until it succeeds, and the last count stays", async () => {
  let fails = false;
  const { shown, lines } = counting({ metrics: { all: { "scrape-interval": "1s" } } }, () => {
    if (fails) throw new Error("the database is away");
    return [{ x0: "5" }];
  });
  const warnings = () => lines.filter(({ metric }) => metric === "all").length;

  await vi.advanceTimersByTimeAsync(1_000);
  fails = true;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(warnings()).toBe(1);
  expect(await shown("all")).toEqual(["all 5"]);
  fails = false;
  await vi.advanceTimersByTimeAsync(1_000);
  fails = true;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(warnings()).toBe(2);
});

test("one count at a time is at work", async () => {
  let working = 0;
  let most = 0;
  const { asked } = counting({ metrics: { a: {}, b: {}, c: {} } }, async () => {
    most = Math.max(most, ++working);
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    working--;
    return [{ x0: "1" }];
  });

  await vi.advanceTimersByTimeAsync(100_000);
  expect(most).toBe(1);
  expect(asked.length).toBeGreaterThan(3);
});

test("stopping ends the count under way, and those to come", async () => {
  const signals: (AbortSignal | undefined)[] = [];
  const { asked } = counting({ metrics: { a: {}, b: {} } }, (_, signal) => {
    signals.push(signal);
    return new Promise(() => undefined);
  });
  await vi.advanceTimersByTimeAsync(1_000);

  running?.stop();
  await vi.advanceTimersByTimeAsync(200_000);
  expect(signals.map((signal) => signal?.aborted)).toEqual([true]);
  expect(asked).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});

test("nothing is counted where the operator does not want it", async () => {
  const { asked, shown } = counting({ metrics: { all: {} }, enabled: false }, () => [{ x0: "1" }]);

  await vi.advanceTimersByTimeAsync(100_000);
  expect(asked).toEqual([]);
  expect(await shown("all")).toEqual([]);
});

test.each([
  ["a filter that is no RQL", { metrics: { bad: { filter: "eq(attributes/a" } } }, "At character"],
  ["a filter on what is no property", { metrics: { bad: { filter: "eq(nothing,1)" } } }, "'nothing'"],
  [
    "a field that is none",
    { aggregations: { bad: { "group-by": { a: "Info/location" } } } },
    "'Info/location'",
  ],
  ["the name of another metric", { metrics: { process_cpu_seconds_total: {} } }, "already"],
  [
    "one name for two",
    { metrics: { same: {} }, aggregations: { same: { "group-by": { a: "attributes/a" } } } },
    "already",
  ],
])("a start is refused because of %s", (_, settings, reason) => {
  expect(() => counting(settings, () => [])).toThrow(/^The custom metric \w+ cannot be counted: /);
  expect(() => counting(settings, () => [])).toThrow(reason);
});
