// What is noted of connections, and how it is told.

import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import { monitoring } from "../../../src/connectivity/monitoring/monitoring.ts";
import { connectionOf, sourceOf, targetOf } from "../world.ts";

const settings = { successCapacity: 3, failureCapacity: 2, maxLogSizeBytes: 10_000, logDurationMs: 60_000 };
const bridge = connectionOf({
  uri: "tcp://user:s3cr3t@broker:1883",
  sources: [sourceOf()],
  targets: [targetOf()],
});

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => void vi.useRealTimers());

function watching(more: Partial<typeof settings> = {}) {
  const all = monitoring({ ...settings, ...more });
  const monitor = all.monitorOf(bridge);
  const entries = () => all.logs("bridge").connectionLogs as JsonObject[];
  return { all, monitor, entries, texts: () => entries().map(({ message }) => message) };
}

/** The metrics of connections-mqtt.jsonl, with their times made those of the test. */
function recordedMetrics(): JsonObject {
  const recorded: unknown = JSON.parse(
    readFileSync(new URL("recorded-metrics.json", import.meta.url), "utf8"),
  );
  return JSON.parse(
    JSON.stringify(recorded, (key, value) =>
      key === "lastMessageAt" && value !== null ? "2026-01-01T00:00:00.000Z" : value,
    ),
  );
}

test("the metrics are those that Ditto tells of the same messages, in its order", () => {
  const { all, monitor } = watching();
  for (const step of ["consumed", "mapped", "enforced", "acknowledged"] as const)
    monitor.source("in/#", step).success();
  for (const step of ["dispatched", "filtered", "mapped", "published"] as const)
    monitor.target("out/{{ thing:id }}", step).success();
  for (const step of ["dispatched", "mapped", "published"] as const) monitor.response(step).success();

  const recorded = recordedMetrics();
  expect(all.metrics("bridge")).toEqual({ ...recorded, connectionId: "bridge" });
  expect(Object.keys(all.metrics("bridge"))).toEqual(Object.keys(recorded));
});

test("failures are told as such, and a reset forgets them", () => {
  const { all, monitor } = watching();
  monitor.source("in/#", "mapped").failure(undefined, () => "no");
  expect(all.metrics("bridge")).toMatchObject({
    containsFailures: true,
    sourceMetrics: { addressMetrics: { "in/#": { mapped: { failure: { PT1M: 1 } } } } },
  });

  all.resetMetrics("bridge");
  expect(all.metrics("bridge")).toMatchObject({ containsFailures: false });
});

test("counters go on when a connection is opened again, those of addresses that it no longer has do not", () => {
  const { all, monitor } = watching();
  monitor.source("in/#", "consumed").success();
  monitor.target("out/{{ thing:id }}", "published").success();

  all.monitorOf({ ...bridge, targets: [] });

  expect(all.metrics("bridge")).toMatchObject({
    sourceMetrics: { addressMetrics: { "in/#": { consumed: { success: { PT1M: 1 } } } } },
  });
  expect(
    Object.keys(
      (all.metrics("bridge") as { targetMetrics: { addressMetrics: object } }).targetMetrics.addressMetrics,
    ),
  ).toEqual(["_responses"]);
});

test("an address that the connection does not have makes no more to tell", () => {
  const { all, monitor, entries } = watching();
  for (let i = 0; i < 100; i++) monitor.source(`in/${i}`, "consumed").success();

  expect(Object.keys((all.metrics("bridge").sourceMetrics as JsonObject).addressMetrics as object)).toEqual([
    "in/#",
  ]);
  expect(entries()).toEqual([]);
});

test("an entry says what happened where, to what", () => {
  const { monitor, entries } = watching();
  monitor.source("in/#", "enforced").success({ correlationId: "c", entityType: "thing", entityId: "a:b" });
  monitor.connection("success", "The connection is made.");

  expect(entries()).toEqual([
    {
      correlationId: "c",
      timestamp: "2026-01-01T00:00:00.000Z",
      ...{ category: "source", type: "enforced", level: "success" },
      message: "The message is allowed to be about what it is about.",
      ...{ address: "in/#", entityType: "thing", entityId: "a:b" },
    },
    {
      correlationId: "<not-provided>",
      timestamp: "2026-01-01T00:00:00.000Z",
      ...{ category: "connection", type: "other", level: "success" },
      message: "The connection is made.",
    },
  ]);
});

test("of each step the newest entries are kept, successes and failures apart", () => {
  const { monitor, texts } = watching();
  const step = monitor.source("in/#", "mapped");
  for (let i = 0; i < 5; i++) {
    step.success(undefined, () => `good ${i}`);
    step.failure(undefined, () => `bad ${i}`);
  }
  monitor.response("dispatched").success(undefined, () => "other");

  expect(texts()).toEqual(["good 2", "good 3", "bad 3", "good 4", "bad 4", "other"]);
});

test("the oldest entries are left out where all would be too long", () => {
  const { monitor, texts } = watching({ maxLogSizeBytes: 400 });
  const step = monitor.source("in/#", "mapped");
  for (let i = 0; i < 3; i++) step.success(undefined, () => `good ${i}`);

  expect(texts()).toEqual(["good 1", "good 2"]);
});

test("no secret is told", () => {
  const { monitor, texts } = watching();
  monitor.connection("failure", "The broker refuses user:s3cr3t.");

  expect(texts()).toEqual(["The broker refuses user:*****."]);
});

test("logs are on from the opening on; reading prolongs them, and tells them to be on since then, as Ditto does", () => {
  const { all, monitor } = watching();
  vi.advanceTimersByTime(59_999);
  monitor.connection("success", "one");
  expect(all.logs("bridge")).toMatchObject({
    connectionLogs: [{ message: "one" }],
    enabledSince: "2026-01-01T00:00:59.999Z",
    enabledUntil: "2026-01-01T00:01:59.999Z",
  });

  vi.advanceTimersByTime(60_000);
  const text = vi.fn(() => "two");
  monitor.source("in/#", "mapped").failure(undefined, text);
  expect(text).not.toHaveBeenCalled();
  expect(all.logs("bridge")).toEqual({
    ...{ connectionId: "bridge", connectionLogs: [], enabledSince: null, enabledUntil: null },
  });

  all.enableLogs("bridge");
  monitor.connection("success", "three");
  expect(all.logs("bridge")).toMatchObject({ connectionLogs: [{ message: "three" }] });
});

test("a reset empties the logs, which stay on; so does opening again", () => {
  const { all, monitor, texts } = watching();
  monitor.connection("success", "one");
  all.resetLogs("bridge");
  monitor.connection("success", "two");
  expect(texts()).toEqual(["two"]);

  all.monitorOf(bridge);
  expect(texts()).toEqual([]);
});

test("of what is forgotten nothing is told", () => {
  const { all, monitor } = watching();
  monitor.source("in/#", "consumed").success();
  all.forget("bridge");

  expect(all.metrics("bridge")).toMatchObject({ sourceMetrics: { addressMetrics: {} } });
  expect(all.logs("bridge")).toMatchObject({ connectionLogs: [], enabledSince: null });
  expect([...all.watched()]).toEqual([]);
});
