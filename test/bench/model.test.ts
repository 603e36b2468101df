// The model of docs/scaling.md, on costs that are easy to reckon with.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { CommandCost, Costs } from "../../bench/cluster/costs.ts";
import { forwardingOf, hearingOf, needs } from "../../bench/cluster/model.ts";
import { chosenOwner } from "../../bench/cluster/owners.ts";
import { bytes, withMeasured } from "../../bench/cluster/scaling-page.ts";
import { thisRun } from "../../bench/report/run.ts";

const cost = (membersUs: number, more: Partial<CommandCost> = {}): CommandCost => ({
  ...{ rate: 1, p50: 1, p99: 1, membersUs, natsUs: 0, postgresUs: 0 },
  ...{ natsMessages: 0, natsBytes: 0, walBytes: 0, journalBytes: 0 },
  ...more,
});
const write = { postgresUs: 50, walBytes: 1_000, journalBytes: 300 };

const costs: Costs = {
  one: {
    ...{ get: cost(20), put: cost(100, write), putHeard: cost(130, write) },
    idle: { members: 0.01, nats: 0, postgres: 0, natsMessages: 2 },
  },
  three: {
    ...{ getLocal: cost(20), getAny: cost(60, { natsUs: 20, natsMessages: 1 }) },
    ...{
      putLocal: cost(110, write),
      putAny: cost(190, { ...write, natsUs: 20 }),
      putHeard: cost(180, write),
    },
    idle: { members: 0.03, nats: 0, postgres: 0, natsMessages: 30 },
  },
  ...{ listeners: 6, things: 1_000 },
  thing: { memory: 5_000, journal: 1_000, snapshots: 1_000, index: 2_000 },
  member: { memory: 3e8, connections: 8 },
};

const demand = { changes: 0.001, reads: 0.001, hearers: 1 };

test("two thirds of what comes to any of three members is forwarded, and what all hear goes to two others", () => {
  expect(forwardingOf(costs, "get").membersUs).toBeCloseTo(60);
  expect(forwardingOf(costs, "put").membersUs).toBeCloseTo(120);
  expect(hearingOf(costs).membersUs).toBeCloseTo((70 - 30) / 2);
});

test("one node needs what its commands cost, and no NATS but its own signs of life", () => {
  const found = needs(costs, demand, 1, 1e6);

  expect(found.commands).toBeCloseTo(2_000);
  expect(found.memberCores).toBeCloseTo(1_000 * 20e-6 + 1_000 * 100e-6 + 0.01);
  expect(found.postgresCores).toBeCloseTo(0.05);
  expect(found).toMatchObject({ forwarded: 0, wal: 1e6, disk: 4e9, connections: 8, natsMessages: 2 });
  expect(found.memoryEach).toBeCloseTo(5.3e9);
  expect(found.binds).toBeUndefined();
});

test("ten nodes forward nine of ten commands, tell of changes, and greet one another in pairs", () => {
  const found = needs(costs, demand, 10, 1e6);

  const each = 20 + 0.9 * 60 + 110 + 0.9 * 120 + 20;
  expect(found.memberCores).toBeCloseTo(1_000 * each * 1e-6 + 10 * 0.01);
  expect(found.memoryEach).toBeCloseTo(3e8 + 5e8);
  expect(found.natsMessages).toBeCloseTo(1_000 * 0.9 * 1.5 + 10 * 2 + 90 * 4);
});

test("what is beyond bounds is named", () => {
  expect(needs(costs, { changes: 1 / 60, reads: 0, hearers: 1 }, 10, 100e6).binds).toBe(
    "CPU of members, PostgreSQL, NATS",
  );
});

test("the tables go between the marks of the page, which is otherwise left alone", () => {
  const page = readFileSync(new URL("../../docs/scaling.md", import.meta.url), "utf8");

  const once = withMeasured(page, costs, thisRun());
  const twice = withMeasured(once, costs, thisRun());

  expect(twice).toBe(once);
  expect(once.slice(0, once.indexOf("<!-- measured"))).toBe(page.slice(0, page.indexOf("<!-- measured")));
  expect(once).toContain("| 100 million | 100 |");
  expect(once).not.toContain("NaN");
  expect(() => withMeasured("no marks", costs, thisRun())).toThrow(/marks/);
});

test("sizes are told with three digits or so", () => {
  expect([0, 950, 5_300, 4e9, 7.2e14].map(bytes)).toEqual([
    "0.00 B",
    "950 B",
    "5.30 kB",
    "4.00 GB",
    "720 TB",
  ]);
});

test("each member owns about its part of the things, and the order in which members are named changes nothing", () => {
  const members = ["aaa", "bbb", "ccc"];
  const ids = Array.from({ length: 3_000 }, (_, i) => `org.pollux.cluster:thing-${i}`);

  const counts = members.map((_, at) => ids.filter((id) => chosenOwner(id, members) === at).length);

  const backwards = members.toReversed();
  const owners = ids.map((id) => members[chosenOwner(id, members)]);

  expect(Math.min(...counts)).toBeGreaterThan(700);
  expect(ids.map((id) => backwards[chosenOwner(id, backwards)])).toEqual(owners);
});
