// What is measured, as Prometheus reads it.

import { expect, test } from "vitest";
import {
  measureCaches,
  measureCluster,
  measuredJournal,
  measureLiveEntities,
  measureStreams,
} from "../../../src/ops/measure/measured.ts";
import { requestPathOf } from "../../../src/ops/measure/request-path.ts";
import { roundTrips } from "../../../src/ops/measure/round-trips.ts";
import { createMetrics } from "../../../src/ops/metrics.ts";

const lines = async (metrics: ReturnType<typeof createMetrics>, name: string) =>
  (await metrics.text()).split("\n").filter((line) => line.startsWith(name));

test.each([
  ["/api/2/things", "/api/2/things"],
  ["/api/2/things/", "/api/2/things"],
  ["/api/2/things/org.a:b", "/api/2/things/x"],
  ["/api/2/things/org.a:b/", "/api/2/things/x"],
  ["/api/2/things/org.a:b/attributes", "/api/2/things/x/attributes/x"],
  ["/api/2/things/org.a:b/features/f/properties/p", "/api/2/things/x/features/x"],
  ["/api/2/things/org.a:b/made-up-word/x", "/api/2/things/x"],
  ["/api/2/things/org.a:b/features/f/inbox/messages/go", "/api/2/things/messages"],
  ["/api/2/things/org.a:b/inbox/claim", "/api/2/things/messages"],
  ["/api/2/policies/org.a:b/entries/e/subjects", "/api/2/policies/x/entries/x"],
  ["/api/2/thingsies", "/other"],
  ["/api/2/search/things/count", "/api/2/search/things/count"],
  ["/health", "/health"],
  ["/", "/other"],
  ["/../../etc", "/other"],
])("%s is counted as %s", (path, told) => {
  expect(requestPathOf(path)).toBe(told);
});

test("round trips add up, in Ditto's names, steps added up from below", async () => {
  const metrics = createMetrics();
  const count = roundTrips(metrics);
  count("/api/2/things/x", "GET", 200, 0.5);
  count("/api/2/things/x", "GET", 200, 1.5);
  count("/api/2/things/x", "GET", 200, 100_000);
  count("/api/2/things/x", "BREW", 418, 3);

  const told = await lines(metrics, "roundtrip_http_seconds");
  const of = (status: number, method = "GET") =>
    `ditto_request_path="/api/2/things/x",ditto_request_method="${method}",ditto_statusCode="${status}",segment="overall"`;
  expect(told).toContain(`roundtrip_http_seconds_bucket{le="0.001",${of(200)}} 1`);
  expect(told).toContain(`roundtrip_http_seconds_bucket{le="0.002",${of(200)}} 2`);
  expect(told).toContain(`roundtrip_http_seconds_bucket{le="60",${of(200)}} 2`);
  expect(told).toContain(`roundtrip_http_seconds_bucket{le="+Inf",${of(200)}} 3`);
  expect(told).toContain(`roundtrip_http_seconds_count{${of(200)}} 3`);
  expect(told).toContain(`roundtrip_http_seconds_sum{${of(200)}} 100.002`);
  expect(told).toContain(`roundtrip_http_seconds_count{${of(418, "other")}} 1`);
});

test("caches, entities, sessions and the cluster are told as they are when they are asked for", async () => {
  const metrics = createMetrics();
  const counted = { hits: 5, misses: 2, evictions: 1 };
  measureCaches(metrics, { things: { size: 3, weight: 900, capacity: 1_000, counted } });
  const things = new Map([["org.a", 2]]);
  measureLiveEntities(metrics, () => ({ things, policies: new Map() }));
  measureStreams(metrics, () => ({ ws: 4, sse: 1 }));
  measureCluster(metrics, { members: [1, 2], epoch: 7, leaseHolds: () => false, isLeader: () => true });
  counted.hits++;
  things.set("org.b", 1);

  expect(await lines(metrics, "cache_hits_total")).toEqual(['cache_hits_total{cache_name="things"} 6']);
  expect(await lines(metrics, "cache_estimated_size")).toEqual([
    'cache_estimated_size{cache_name="things"} 3',
  ]);
  expect(await lines(metrics, "live_entities")).toEqual([
    'live_entities{type="thing",namespace="org.a"} 2',
    'live_entities{type="thing",namespace="org.b"} 1',
  ]);
  expect(await lines(metrics, "streaming_sessions_count")).toEqual([
    'streaming_sessions_count{type="ws"} 4',
    'streaming_sessions_count{type="sse"} 1',
  ]);
  expect(await lines(metrics, "pollux_cluster_")).toEqual([
    ...["pollux_cluster_members 2", "pollux_cluster_epoch 7"],
    ...["pollux_cluster_lease_holds 0", "pollux_cluster_leader 1"],
  ]);
});

test("many namespaces are told of as many as allowed, the largest first", async () => {
  const metrics = createMetrics();
  const things = new Map(Array.from({ length: 2_000 }, (_, i) => [`ns${i}`, i]));
  measureLiveEntities(metrics, () => ({ things, policies: new Map() }));

  const told = await lines(metrics, "live_entities");
  expect(told).toHaveLength(500);
  expect(told[0]).toBe('live_entities{type="thing",namespace="ns1999"} 1999');
});

test("appends are counted when they are settled, with what became of them", async () => {
  const metrics = createMetrics();
  const settles: ((error?: Error) => void)[] = [];
  const stored = {
    name: "kept",
    append(_: readonly unknown[], settled: (error?: Error) => void) {
      settles.push(settled);
    },
  };
  const journal = measuredJournal(metrics, stored);
  const outcomes: unknown[] = [];
  journal.append([1, 2], (error) => outcomes.push(error));
  journal.append([3], (error) => outcomes.push(error));
  expect(await lines(metrics, "pollux_journal_waiting")).toEqual(["pollux_journal_waiting 2"]);
  const fault = new Error("away");
  settles[0]?.();
  settles[1]?.(fault);

  expect(journal.name).toBe("kept");
  expect(outcomes).toEqual([undefined, fault]);
  expect(await lines(metrics, "pollux_journal_waiting")).toEqual(["pollux_journal_waiting 0"]);
  expect(await lines(metrics, "pollux_journal_rows_total")).toEqual(["pollux_journal_rows_total 2"]);
  expect(await lines(metrics, "pollux_journal_failed_total")).toEqual(["pollux_journal_failed_total 1"]);
});
