// What becomes of things, predictors and servers on the way, and what predictions make of it.

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isCanary } from "../../../src/predictions/serving/canary.ts";
import { batched, echoing, echoOutput, gated, predictorOf, streaming, summing } from "./models.ts";
import { type ServingWorld, servingWorld, until } from "./world.ts";

const gate = gated();
let world: ServingWorld;
beforeAll(async () => {
  // Two things fit into memory, and five may wait.
  world = await servingWorld(
    { 1: summing, 2: summing, echo: echoing, gated: gate.model },
    { cacheBytes: 4_400, queueSize: 5 },
  );
});
afterAll(() => world[Symbol.asyncDispose]());

const create = async (id: string, x: number) => {
  await world.ask("create", id, "/", { features: { in: { properties: { x } } } });
  return id;
};
const read = (id: string, x: number) => world.ask("modify", id, "/features/in/properties/x", x);
const sumOf = (id: string) => world.valueAt(id, "/features/out/properties/sum");
const sumIs = (id: string, sum: number) =>
  until(async () => (await sumOf(id)) === sum, `the sum ${sum} of ${id}`);
const boundTo = (namespace: string) => ({ bind: { namespaces: [namespace] } });

test("a thing that is deleted and created again begins anew", async () => {
  await world.predict(predictorOf("again", boundTo("org.again")));
  const id = await create("org.again:a", 5);
  await sumIs(id, 5);
  await world.ask("delete", id, "/");
  await world.ask("create", id, "/", { policyId: id, features: { in: { properties: { x: 7 } } } });
  await sumIs(id, 7);
  await world.restart();
  await read(id, 1);

  await sumIs(id, 8);
});

test("a prediction that is under way when its thing is deleted is not written to the next one of that name", async () => {
  await world.predict(
    predictorOf("late", { ...boundTo("org.late"), model: batched("gated"), output: echoOutput }),
  );
  const id = await create("org.late:a", 5);
  await until(() => gate.asked > 0);
  await world.ask("delete", id, "/");
  await world.ask("create", id, "/", { policyId: id, attributes: { other: true } });
  gate.open();
  await sleep(200);

  expect(await world.valueAt(id, "/features")).toBeUndefined();
  await world.remove("late");
});

test("a paused predictor writes nothing, and goes on with what comes after its pause without a jump", async () => {
  const json = predictorOf("paused", boundTo("org.paused"));
  await world.predict(json);
  const id = await create("org.paused:a", 1);
  await sumIs(id, 1);
  await world.predict({ ...json, status: "paused" });
  await read(id, 2);
  await sleep(150);
  expect(await sumOf(id)).toBe(1);
  await world.predict(json);
  await sleep(150);
  expect(await sumOf(id)).toBe(1);
  await read(id, 3);

  await sumIs(id, 6);
});

test("a predictor that is paused writes nothing once it is said to be", async () => {
  const json = predictorOf("stopping", boundTo("org.stopping"));
  await world.predict(json);
  const ids = await Promise.all(Array.from({ length: 20 }, (_, i) => create(`org.stopping:${i}`, i)));
  await world.predict({ ...json, status: "paused" });
  const revisions = () => Promise.all(ids.map(async (id) => (await world.events(id)).at(-1)?.revision));
  const then = await revisions();
  await sleep(100);

  expect(await revisions()).toEqual(then);
});

test("a file that replaces another one ends the baseline of its version, also of a predictor that is paused", async () => {
  await world.predict({ ...predictorOf("replaced", boundTo("org.replaced")), status: "paused" });
  await world.store.putBaseline("replaced", "v1", "{}");
  await world.serving.fileStored("replaced", "v1");

  await until(async () => (await world.store.baselines("replaced")).size === 0);
});

test("a new predictor has learned from the past, but predicts only what comes", async () => {
  const id = await create("org.new:a", 1);
  await read(id, 2);
  await sleep(5);
  await world.predict(predictorOf("new", boundTo("org.new")));
  await sleep(150);
  expect(await sumOf(id)).toBeUndefined();
  await read(id, 3);

  await sumIs(id, 6);
  expect(await world.predictions(id, "out")).toHaveLength(1);
});

test("after a restart streaming models go on where they were, and what was missed is made up for", async () => {
  await world.predict(predictorOf("restarted", boundTo("org.restarted")));
  const id = await create("org.restarted:a", 1);
  await sumIs(id, 1);
  await world.serving.stop();
  await read(id, 2);
  await read(id, 4);
  await world.restart();
  await sumIs(id, 7);
  await read(id, 8);
  await sumIs(id, 15);

  const made = await world.predictions(id, "out");
  expect(made.map(({ inputRevision }) => inputRevision)).toEqual([1, 4, 6]);
});

test("a restart makes no prediction twice", async () => {
  await world.predict(predictorOf("once", boundTo("org.once")));
  const id = await create("org.once:a", 1);
  await sumIs(id, 1);
  for (let i = 0; i < 3; i++) await world.restart();
  await sleep(200);

  expect(await world.predictions(id, "out")).toHaveLength(1);
});

test("what leaves the memory comes back equal", async () => {
  await world.predict(predictorOf("evicted", boundTo("org.evicted")));
  const ids = await Promise.all([1, 2, 3, 4, 5].map((x) => create(`org.evicted:${x}`, x)));
  for (let round = 2; round <= 4; round++) {
    for (const [i, id] of ids.entries()) await sumIs(id, (i + 1) * (round - 1));
    for (const [i, id] of ids.entries()) await read(id, i + 1);
  }
  for (const [i, id] of ids.entries()) await sumIs(id, (i + 1) * 4);
  for (const id of ids)
    expect((await world.predictions(id, "out")).map(({ properties }) => properties.count)).toEqual([
      1, 2, 3, 4,
    ]);
});

test("what overflows the queue is caught up with", async () => {
  gate.close();
  await world.predict(
    predictorOf("flood", {
      ...boundTo("org.flood"),
      model: batched("gated"),
      output: echoOutput,
      shadow: [streaming("1")],
    }),
  );
  const ids = await Promise.all(Array.from({ length: 25 }, (_, i) => create(`org.flood:${i}`, i)));
  await Promise.all(ids.map((id, i) => read(id, 100 + i)));
  gate.open();
  for (const [i, id] of ids.entries())
    await until(async () => (await world.valueAt(id, "/features/out/properties/value")) === 100 + i, id);
});

test("more readings of one thing than may wait are all learned from", async () => {
  gate.close();
  await world.predict(predictorOf("burst", { ...boundTo("org.burst"), trigger: { debounce: "300ms" } }));
  const id = await create("org.burst:a", 1);
  for (let i = 0; i < 30; i++) await read(id, 1);

  await sumIs(id, 31);
});

test("a predictor that is changed goes on with what it has learned where inputs and model stay", async () => {
  const json = predictorOf("changed", boundTo("org.changed"));
  await world.predict(json);
  const id = await create("org.changed:a", 1);
  await sumIs(id, 1);
  await world.predict({
    ...json,
    output: { feature: "out", properties: { sum: "sum" } },
    shadow: [streaming("2")],
  });
  await read(id, 2);
  await sumIs(id, 3);
  await world.predict({ ...json, model: streaming("2") });
  await read(id, 3);

  await sumIs(id, 6);
  expect((await world.predictions(id, "out")).at(-1)?.version).toBe("2");
});

test("shadows are scored, and nothing of them is written; a canary writes for its share of the things", async () => {
  await world.predict(
    predictorOf("roles", {
      ...boundTo("org.roles"),
      model: batched("echo"),
      output: echoOutput,
      shadow: [streaming("1")],
      canary: { share: 0.5, model: batched("gated") },
    }),
  );
  gate.open();
  const ids = await Promise.all(Array.from({ length: 20 }, (_, i) => create(`org.roles:${i}`, i)));
  for (const [i, id] of ids.entries()) {
    await until(async () => (await world.valueAt(id, "/features/out/properties/value")) === i, id);
    const [made] = await world.predictions(id, "out");
    expect(made?.version).toBe(isCanary(id, 0.5) ? "gated" : "echo");
  }
  const versions = world.status("roles").versions as Readonly<
    Record<string, { readonly predictions: number }>
  >;
  expect(versions["1"]?.predictions).toBe(20);
  expect((versions.gated?.predictions ?? 0) + (versions.echo?.predictions ?? 0)).toBe(20);
});

test("nothing is left of a predictor that is deleted", async () => {
  await world.predict(predictorOf("gone", boundTo("org.gone")));
  const id = await create("org.gone:a", 1);
  await sumIs(id, 1);
  await world.remove("gone");
  await read(id, 2);
  await sleep(150);

  expect(await sumOf(id)).toBe(1);
  expect(world.serving.status("gone")).toBeUndefined();
});
