// One predictor on two members of a cluster: each predicts what it owns, and nothing is predicted twice or left out when things move.

import { expect, test } from "vitest";
import type { Cluster } from "../../../src/cluster/cluster.ts";
import { mergedStatus } from "../../../src/predictions/monitoring/merged-status.ts";
import { readPredictor } from "../../../src/predictions/read/read-predictor.ts";
import { testCluster } from "../../support/cluster.ts";
import { predictorOf, summing } from "./models.ts";
import { type ServingWorld, servingWorld, until } from "./world.ts";

const ids = Array.from({ length: 12 }, (_, i) => `org.shared:thing-${i}`);

async function add(world: ServingWorld, x: number): Promise<void> {
  await Promise.all(ids.map((id) => world.ask("modify", id, "/features/in/properties/x", x)));
}

const sumsAre = (world: ServingWorld, sum: number) =>
  until(async () => {
    const sums = await Promise.all(ids.map((id) => world.valueAt(id, "/features/out/properties/sum")));
    return sums.every((one) => one === sum);
  }, `the sum ${sum}`);

test("things are predicted by their owners, and go on without a jump when one joins and when one is gone", async () => {
  await using cluster = await testCluster(1);
  const first = cluster.clusters[0] as Cluster;
  await using world = await servingWorld({ 1: summing }, {}, first);
  const json = predictorOf("shared", { bind: { namespaces: ["org.shared"] } });
  await world.predict(json);
  await Promise.all(
    ids.map((id) => world.ask("create", id, "/", { features: { in: { properties: { x: 1 } } } })),
  );
  await sumsAre(world, 1);

  const joining = await cluster.prepare();
  const second = world.serve(joining.cluster);
  await second.changed(readPredictor(json), "shared", { isOwn: false, others: Promise.resolve() });
  await until(() => second.status("shared")?.starting !== true);
  await joining.enter();
  await cluster.settled();
  await add(world, 10);
  await sumsAre(world, 11);
  const byBoth = [world.status("shared"), second.status("shared")].map(
    (status) =>
      (status as unknown as { versions: { 1: { written: { count: number } } } }).versions[1].written.count,
  );
  expect(Math.min(...byBoth)).toBeGreaterThan(0);
  expect(byBoth.reduce((sum, count) => sum + count, 0)).toBe(2 * ids.length);

  await joining.halt();
  await cluster.settled([cluster.members[0] as (typeof cluster.members)[number]]);
  await add(world, 100);
  await sumsAre(world, 111);

  for (const id of ids) {
    const revisions = (await world.predictions(id, "out")).map(({ inputRevision }) => inputRevision);
    expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
    expect(revisions.length).toBe(3);
  }
  await second.stop();
});

test("what members tell of a predictor is put together", () => {
  const version = (predictions: number, p95: number | null) => ({
    ...{ role: "active", predictions, rate: { "1m": 1.5, "15m": null }, latency: { p50: null, p95 } },
    errors: { count: 1, share: 0.5, reasons: { timeout: 1 }, last: null },
    ...{ skipped: 2, written: { count: predictions, share: 1 }, drift: { of: predictions } },
  });
  const status = (predictions: number, p95: number | null) => ({
    ...{ since: `2026-01-0${predictions}T00:00:00Z`, queue: 3, versions: { 1: version(predictions, p95) } },
    ...{ problems: [{ kind: "other" }], alerts: [] },
  });
  const merged = mergedStatus([
    { member: "a", status: status(1, 5) },
    { member: "b", status: status(3, null) },
    { member: "c", status: { starting: true } },
  ]);
  expect(merged).toMatchObject({
    ...{ since: "2026-01-01T00:00:00Z", queue: 6 },
    problems: [
      { kind: "other", member: "a" },
      { kind: "other", member: "b" },
    ],
    members: { c: { starting: true } },
    versions: {
      1: {
        ...{ predictions: 4, skipped: 4, written: { count: 4, share: 1 }, drift: { of: 3 } },
        ...{ rate: { "1m": 3, "15m": null }, latency: { p50: null, p95: 5 } },
        errors: { count: 2, share: 0.5, reasons: { timeout: 2 }, last: null },
      },
    },
  });
});
