import { expect, test } from "vitest";
import type { Connection } from "../../../src/connectivity/model.ts";
import { monitoring } from "../../../src/connectivity/monitoring/monitoring.ts";
import { measureConnections } from "../../../src/connectivity/monitoring/prometheus.ts";
import { createMetrics } from "../../../src/ops/metrics.ts";
import { connectionOf, sourceOf, targetOf } from "../world.ts";

const settings = { successCapacity: 1, failureCapacity: 1, maxLogSizeBytes: 1000, logDurationMs: 1000 };

function measured(connections: readonly Connection[], most = 10) {
  const all = monitoring(settings);
  const metrics = createMetrics();
  measureConnections(
    metrics,
    {
      connections: () =>
        connections.map((connection) => ({ connection, revision: 1, created: 0, modified: 0 })),
      liveStatus: (id) => (id === "broken" ? "failed" : "open"),
      watched: all.watched,
    },
    most,
  );
  const lines = async () =>
    (await metrics.text()).split("\n").filter((line) => /^(pollux_)?connection/.test(line));
  return { all, lines };
}

const named = (id: string) => connectionOf({ id, sources: [sourceOf()], targets: [targetOf()] });

test("messages are counted by connection and step, whatever their address, and those in work are told", async () => {
  const { all, lines } = measured([named("a")]);
  const monitor = all.monitorOf(named("a"));
  monitor.source("in/#", "consumed").success();
  monitor.source("in/#", "consumed").success();
  monitor.source("in/#", "acknowledged").failure(undefined, () => "no");
  all.resetMetrics("a"); // Prometheus does without

  expect(await lines()).toEqual(
    expect.arrayContaining([
      'connection_messages_total{id="a",type="mqtt",direction="inbound",category="consumed",success="true"} 2',
      'connection_messages_total{id="a",type="mqtt",direction="inbound",category="acknowledged",success="false"} 1',
      'pollux_connection_messages_in_work{id="a",type="mqtt"} 1',
    ]),
  );
});

test("connections are told by how they are doing", async () => {
  const { lines } = measured([named("a"), named("b"), named("broken")]);

  expect(await lines()).toEqual([
    'pollux_connections{type="mqtt",wanted="open",live="open"} 2',
    'pollux_connections{type="mqtt",wanted="open",live="failed"} 1',
    'pollux_connection_open{id="a",type="mqtt"} 1',
    'pollux_connection_open{id="b",type="mqtt"} 1',
    'pollux_connection_open{id="broken",type="mqtt"} 0',
  ]);
});

test("beyond the limit connections are counted together", async () => {
  const ids = ["a", "b", "c"];
  const { all, lines } = measured(ids.map(named), 1);
  for (const id of ids) all.monitorOf(named(id)).source("in/#", "consumed").success();

  const counts = (await lines()).filter((line) => line.startsWith("connection_messages_total"));
  expect(counts).toEqual([
    'connection_messages_total{id="a",type="mqtt",direction="inbound",category="consumed",success="true"} 1',
    'connection_messages_total{id="(others)",type="(others)",direction="inbound",category="consumed",success="true"} 2',
  ]);
});
