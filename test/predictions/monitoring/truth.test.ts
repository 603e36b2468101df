import { expect, test } from "vitest";
import { watched } from "./world.ts";

const HOUR = 3_600_000;
const truth = { path: ["attributes", "truth"], output: ["score"], threshold: 0.5, withinMs: HOUR };
const regression = { truth: { ...truth, kind: "regression" as const } };

test("a truth judges what each version had predicted of the thing", async () => {
  const { score, monitor, clock, told } = await watched({ shadow: "2", monitoring: regression });
  score([10]);
  score([14], { version: "2", role: "shadow" });
  clock.now += 1_000;
  monitor.truth("org.acme:lamp", 12, clock.now);
  monitor.truth("org.acme:lamp", 100, clock.now + 1);
  monitor.truth("org.acme:other", 12, clock.now);

  expect(told("quality", "1")).toMatchObject({ total: { count: 1, mae: 2, bias: -2 }, unjudged: 0 });
  expect(told("quality", "2")).toMatchObject({ total: { count: 1, mae: 2, bias: 2 } });
});

test("a truth that is told late judges the prediction of its moment", async () => {
  const { score, monitor, clock, told } = await watched({ monitoring: regression });
  score([10]);
  const { now } = clock;
  score([50]);
  monitor.truth("org.acme:lamp", 11, now);

  expect(told("quality")).toMatchObject({ total: { count: 1, bias: -1 } });
});

test("a truth that cannot be used is counted", async () => {
  const { score, monitor, clock, told } = await watched({ monitoring: regression });
  score([10]);
  monitor.truth("org.acme:lamp", { no: "number" }, clock.now);

  expect(monitor.status().unusableTruths).toBe(1);
  expect(told("quality")).toMatchObject({ total: { count: 0 } });
});

test("predictions that nobody could judge in time are counted", async () => {
  const { score, told } = await watched({ monitoring: regression }, undefined, 10);
  for (let i = 0; i < 25; i++) score([i], { thingId: `org.acme:${i}` });
  score([1], { thingId: "org.acme:25", outputs: { score: null } });

  expect(told("quality/unjudged")).toBe(15);
});

test("without a truth in its spec a monitor remembers and judges nothing", async () => {
  const { score, monitor, clock, told } = await watched();
  score([1]);
  monitor.truth("org.acme:lamp", 1, clock.now);

  expect(told("quality")).toBeNull();
  expect(monitor.status()).not.toHaveProperty("unusableTruths");
});

test("groups are told their positive share and their errors where a classification is judged", async () => {
  const classification = { ...truth, kind: "classification" as const, threshold: 6 };
  const { score, monitor, clock, told } = await watched({
    monitoring: { truth: classification, groups: ["attributes", "site"] },
  });
  for (let i = 0; i < 80; i++) {
    const group = i % 2 ? "north" : "south";
    score([i % 4 === 1 ? 8 : 2], { group });
    monitor.truth("org.acme:lamp", group === "north", clock.now);
  }
  score([9]);

  expect(told("bias")).toEqual({
    groups: {
      south: { count: 40, mean: 0, judged: 40, error: 0 },
      north: { count: 40, mean: 0.5, judged: 40, error: 0.5 },
    },
    difference: 0.5,
    errorDifference: 0.5,
  });
});
