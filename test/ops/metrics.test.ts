import { expect, test } from "vitest";
import { metricsAnswer } from "../../src/gateway/http/metrics-requests.ts";
import { createMetrics, MAX_SERIES } from "../../src/ops/metrics.ts";

const lines = async (metrics: ReturnType<typeof createMetrics>, name: string) =>
  (await metrics.text()).split("\n").filter((line) => line.startsWith(name));

test("the process is measured without anybody asking for it", async () => {
  const metrics = createMetrics();

  expect(await lines(metrics, "process_resident_memory_bytes")).toHaveLength(1);
  expect(await lines(createMetrics(), "process_resident_memory_bytes")).toHaveLength(1);
});

test("a gauge is read when the metrics are asked for, and is NaN where it cannot be read", async () => {
  const metrics = createMetrics();
  let lag = 3;
  metrics.gauge("lag_seconds", "Lag.", () => lag);
  metrics.gauge("broken", "Broken.", () => Promise.reject(new Error("away")));

  expect(await lines(metrics, "lag_seconds")).toEqual(["lag_seconds 3"]);
  lag = 4;
  expect(await lines(metrics, "lag_seconds")).toEqual(["lag_seconds 4"]);
  expect(await lines(metrics, "broken")).toEqual(["broken Nan"]);
});

test("series replace those that were there, and there are none before the first", async () => {
  const metrics = createMetrics();
  const show = metrics.series("things", "Things.", ["place"]);
  expect(await lines(metrics, "things")).toEqual([]);

  show([
    { labels: { place: 'Ber"lin\n' }, value: 2 },
    { labels: { place: "Rom" }, value: 1 },
  ]);
  expect(await lines(metrics, "things")).toEqual(['things{place="Ber\\"lin\\n"} 2', 'things{place="Rom"} 1']);
  show([{ labels: { place: "Rom" }, value: 5 }]);
  expect(await lines(metrics, "things")).toEqual(['things{place="Rom"} 5']);
});

test("a gauge without labels has no value before the first", async () => {
  const metrics = createMetrics();
  const show = metrics.series("all_things", "Things.", []);
  expect(await lines(metrics, "all_things")).toEqual([]);

  show([{ labels: {}, value: 7 }]);
  expect(await lines(metrics, "all_things")).toEqual(["all_things 7"]);
});

test("no gauge has more series than allowed", async () => {
  const metrics = createMetrics();
  const series = Array.from({ length: MAX_SERIES + 5 }, (_, i) => ({ labels: { i: `${i}` }, value: i }));
  metrics.series("many", "Many.", ["i"])(series);

  expect(await lines(metrics, "many")).toHaveLength(MAX_SERIES);
});

test("counters and histograms add up", async () => {
  const metrics = createMetrics();
  const count = metrics.counter("slow_total", "Slow.");
  const observe = metrics.histogram("search_seconds", "Searches.", [0.1, 1]);
  count();
  count(2);
  observe(0.5);

  expect(await lines(metrics, "slow_total")).toEqual(["slow_total 3"]);
  expect(await lines(metrics, "search_seconds")).toEqual([
    'search_seconds_bucket{le="0.1"} 0',
    'search_seconds_bucket{le="1"} 1',
    'search_seconds_bucket{le="+Inf"} 1',
    "search_seconds_sum 0.5",
    "search_seconds_count 1",
  ]);
});

test("a name can be taken only once, nor those of the process", () => {
  const metrics = createMetrics();
  metrics.counter("a", "A.");

  expect(() => metrics.gauge("a", "A.", () => 1)).toThrow("a already");
  expect(() => metrics.series("process_cpu_seconds_total", "Mine.", [])).toThrow("process_cpu_seconds_total");
});

test("the answer is what Prometheus reads", async () => {
  const answer = await metricsAnswer(createMetrics());

  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(await answer.text()).toMatch(/^# HELP process_cpu_user_seconds_total /m);
});
