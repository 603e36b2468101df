// The long workloads in their short forms: that they run through, and that what they count adds up.

import { expect, test } from "vitest";
import { clusterCost } from "../../bench/cluster/cluster-cost.ts";
import type { Costs } from "../../bench/cluster/costs.ts";
import { manyThings } from "../../bench/many-things/many-things.ts";
import type { Area } from "../../bench/report/report.ts";
import { scenario } from "../../bench/scenario/scenario.ts";

const figureOf = ({ rows }: Area, name: string): number | undefined =>
  rows.find((row) => row.name === name)?.value;

test("factories for a minute: each reading is taken, and shown by each dashboard that looks at it; each machine is predicted", async () => {
  const area = await scenario({
    ...{ kind: "postgres", minutes: 1, sensors: 500, every: 5 },
    ...{ dashboards: 20, searches: 10 },
  });

  expect(figureOf(area, "Readings that were not acknowledged in the end")).toBe(0);
  expect(figureOf(area, "Readings that dashboards did not show once")).toBe(0);
  expect(figureOf(area, "Searches that failed")).toBe(0);
  expect(figureOf(area, "Machines with a prediction in the end")).toBe(100);
  expect(figureOf(area, "Searches answered")).toBeGreaterThan(8);
  expect(figureOf(area, "Readings of 500 sensors taken")).toBeGreaterThan(90);
  expect(area.plots?.every(({ lines }) => lines.every(({ points }) => points.length === 60))).toBe(true);
}, 300_000);

test.for(["postgres", "pglite"] as const)(
  "some thousand things on %s are loaded, read with a small cache, found, and there after restarts",
  { timeout: 300_000 },
  async (kind) => {
    const area = await manyThings({ kind, postgres: undefined, things: 3_000, seconds: 1, caches: ["64M"] });

    expect(figureOf(area, "Things of 1 KB created")).toBe(3_000);
    for (const { name, value } of area.rows) expect(value, name).toBeGreaterThanOrEqual(0);
    expect(figureOf(area, "CACHE_SIZE=64M: GET of what is not in memory")).toBeGreaterThan(0);
    expect(figureOf(area, "Search: equality, 1 thing")).toBeGreaterThan(0);
    expect(area.plots?.map(({ lines }) => lines[0]?.points.length)).toEqual([6, 6]);
  },
);

test("commands that have to be forwarded cross NATS, those to the owner and those of one member do not", async () => {
  const { data } = await clusterCost({ things: 1_200, rounds: 1, roundSeconds: 0.5 });
  const { one, three, thing } = data as Costs;

  expect(one.get.natsMessages).toBeLessThan(0.1);
  expect(three.getLocal.natsBytes).toBeLessThan(100);
  expect(three.getAny.natsBytes).toBeGreaterThan(500);
  expect(three.putAny.natsBytes).toBeGreaterThan(three.putLocal.natsBytes + 50);
  expect(three.putHeard.natsBytes).toBeGreaterThan(three.putLocal.natsBytes + 100);
  expect(one.put.postgresUs).toBeGreaterThan(0);
  expect(one.put.journalBytes).toBeGreaterThan(100);
  expect(thing.index).toBeGreaterThan(500);
}, 300_000);
