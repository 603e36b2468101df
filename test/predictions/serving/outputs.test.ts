// What else becomes of predictions: messages, live events, answers; and what asks for them beside readings.

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import { getAt } from "../../../src/base/json/pointer.ts";
import type { StreamingModel } from "../../../src/predictions/models/scoring.ts";
import { predictedRevision } from "../../../src/predictions/outputs/metadata.ts";
import { readOutput } from "../../../src/predictions/read/read-output.ts";
import type { Stream } from "../../../src/pubsub/delivery.ts";
import { everything } from "../../../src/pubsub/selection.ts";
import type { LiveSignal, Message } from "../../../src/signals/live.ts";
import type { EntityState } from "../../../src/signals/signal.ts";
import { batched, echoing, echoOutput, gated, predictorOf, streaming, summing } from "./models.ts";
import { OWNER, type ServingWorld, servingWorld, until } from "./world.ts";

/** Says the value as long as it is below 10, and that it does not know beyond. */
const doubting = (): StreamingModel => ({
  ...{ kind: "streaming", stateBytes: 50, fresh: () => ({}), save: () => ({}), restore: () => ({}) },
  step: (_, [x = Number.NaN]) => ({ days: x < 10 ? x : null, score: x < 100 ? x : null, secret: "inner" }),
});

const gate = gated();
let world: ServingWorld;
beforeAll(async () => {
  world = await servingWorld({ 1: summing, echo: echoing, doubt: doubting, gated: gate.model });
});
afterAll(() => world[Symbol.asyncDispose]());

const create = async (id: string, x: number) => {
  await world.ask("create", id, "/", { features: { in: { properties: { x } } } });
  return id;
};
const read = (id: string, x: number) => world.ask("modify", id, "/features/in/properties/x", x);
const boundTo = (namespace: string) => ({ bind: { namespaces: [namespace] } });

/** All that a stream says of a thing from now on. */
function heard(stream: Stream, id: string): LiveSignal[] {
  const signals: LiveSignal[] = [];
  world.twins.pubsub.subscribe({
    stream,
    subjects: [OWNER],
    selection: { ...everything, about: [id], key: `${stream} ${id}` },
    subscriber: { deliver: ({ signal }) => void signals.push(signal as LiveSignal) },
  });
  return signals;
}

test("a message is said each time its condition begins to hold, also across a restart", async () => {
  const output = { ...echoOutput, message: { subject: "alarm", when: { output: "value", above: 10 } } };
  await world.predict(predictorOf("alarm", { ...boundTo("org.alarm"), model: batched("echo"), output }));
  const id = "org.alarm:a";
  const messages = heard("MESSAGES", id) as Message[];
  await create(id, 1);
  const reads = async (x: number) => {
    await read(id, x);
    await until(async () => (await world.valueAt(id, "/features/out/properties/value")) === x);
    await sleep(20);
  };
  for (const x of [11, 12]) await reads(x);
  await world.restart();
  for (const x of [13, 9, 14]) await reads(x);
  await until(() => messages.length === 2);

  expect(messages.map(({ payload }) => payload)).toMatchObject(
    [11, 14].map((value) => ({ is: "json", value: { properties: { value }, predictor: "alarm" } })),
  );
  expect(messages[0]).toMatchObject({ direction: "from", featureId: "out", subject: "alarm" });
});

test("told as an event only, a prediction is not stored", async () => {
  const output = { ...echoOutput, eventOnly: true };
  await world.predict(predictorOf("told", { ...boundTo("org.told"), model: batched("echo"), output }));
  const events = heard("LIVE-EVENTS", "org.told:a");
  const id = await create("org.told:a", 4);
  await until(() => events.length === 1);

  expect(events[0]).toMatchObject({
    action: "merged",
    path: ["features", "out"],
    value: { properties: { value: 4 } },
    revision: 1,
    metadata: { properties: { value: { prediction: { predictor: "told", inputRevision: 1 } } } },
  });
  expect(await world.valueAt(id, "/features/out")).toBeUndefined();
});

/** Asks for a prediction by a message, and gives the answer. */
const ask = (id: string, subject: string) =>
  world.twins.live.send(
    {
      ...{ says: "message", id, direction: "to", subject },
      headers: { "correlation-id": `c${++asks}`, channel: "live" },
      auth: { subjects: [OWNER] },
    },
    { labels: [], timeoutMs: 5_000, isTimed: false, responseRequired: true, shown: undefined },
    {
      ...{ id, subject: OWNER, correlationId: `c${asks}`, characters: 0 },
      ...{ onGone: () => () => undefined, onCommitted: () => undefined, onFault: () => undefined },
    },
    undefined,
  );
let asks = 0;

test("a message that asks for a prediction is answered with what the model says, and nothing is learned from it", async () => {
  await world.predict(predictorOf("asked", { ...boundTo("org.asked"), trigger: { message: "predict" } }));
  const id = await create("org.asked:a", 5);
  await until(async () => (await world.valueAt(id, "/features/out/properties/sum")) === 5);
  const answers = [await ask(id, "predict"), await ask(id, "predict")];

  for (const outcome of answers)
    expect(outcome).toMatchObject({
      is: "answer",
      answer: { status: 200, payload: { is: "json", value: { sum: 10, count: 2 } } },
    });
  await read(id, 1);
  await until(async () => (await world.valueAt(id, "/features/out/properties/sum")) === 6);
});

test("an answer tells no other outputs than those that the predictor names", async () => {
  const output = { feature: "out", properties: { left: "days" }, confidence: "score" };
  await world.predict(
    predictorOf("discreet", {
      ...{ ...boundTo("org.discreet"), trigger: { message: "guess" } },
      ...{ model: streaming("doubt"), output },
    }),
  );
  const id = await create("org.discreet:a", 12);

  expect(await ask(id, "guess")).toMatchObject({
    answer: { status: 200, payload: { value: { days: null, score: 12 } } },
  });
  expect(JSON.stringify(await ask(id, "guess"))).not.toContain("inner");
});

test("who asks about a thing that is not predicted is told so, unless another predictor is for it", async () => {
  const off = { namespaces: ["org.choosy"], filter: "not(exists(attributes/off))" };
  const trigger = { message: "choose" };
  await world.predict(predictorOf("choosy", { bind: off, trigger }));
  const id = await create("org.choosy:a", 5);
  await until(async () => (await world.valueAt(id, "/features/out/properties/sum")) === 5);
  await world.ask("modify", id, "/attributes/off", true);
  expect(await ask(id, "choose")).toMatchObject({ answer: { status: 404 } });

  const output = { ...echoOutput, feature: "other" };
  await world.predict(
    predictorOf("easy", { ...boundTo("org.choosy"), trigger, model: batched("echo"), output }),
  );
  expect(await ask(id, "choose")).toMatchObject({
    answer: { status: 200, payload: { value: { value: 5 } } },
  });
});

test("where too many wait for a prediction of a thing, one more is told so", async () => {
  await world.predict(
    predictorOf("crowded", {
      ...{ ...boundTo("org.crowded"), trigger: { message: "crowd" } },
      ...{ model: batched("gated"), output: echoOutput },
    }),
  );
  const id = await create("org.crowded:a", 5);
  await until(() => gate.asked > 0);
  const waiting = Array.from({ length: 10 }, () => ask(id, "crowd"));
  await sleep(50);
  expect(await ask(id, "crowd")).toMatchObject({ answer: { status: 429 } });

  gate.open();
  for (const answer of await Promise.all(waiting)) expect(answer).toMatchObject({ answer: { status: 200 } });
});

const doubt = (id: string, output: JsonObject) =>
  predictorOf(id, { ...boundTo(`org.${id}`), model: streaming("doubt"), output });
const outOf = (id: string) => world.valueAt(id, "/features/out");
const stateOf = async (id: string) => (await world.twins.things.load(id)).committed as EntityState;

test("what a model does not know any more is taken away, once", async () => {
  const json = doubt("doubtful", { feature: "out", properties: { days: "days" } });
  await world.predict(json);
  const id = await create("org.doubtful:a", 50);
  await read(id, 5);
  await until(async () => (await world.valueAt(id, "/features/out/properties/days")) === 5);
  await read(id, 50);
  await until(async () => (await world.valueAt(id, "/features/out/properties/days")) === undefined);
  await read(id, 60);
  await sleep(100);
  await world.restart();
  await sleep(100);

  expect(await outOf(id)).toEqual({ properties: {} });
  expect(await world.predictions(id, "out")).toMatchObject([
    { inputRevision: 2, properties: { days: 5 } },
    { inputRevision: 4, properties: { days: null } },
  ]);
  expect(getAt((await stateOf(id)).metadata, ["features", "out", "properties"])).toEqual({});
  expect(world.status("doubtful").problems).toEqual([]);
});

test("a feature is not made only to say nothing", async () => {
  await world.predict(doubt("silent", { feature: "out", properties: { days: "days" } }));
  const id = await create("org.silent:a", 50);
  await sleep(100);

  expect(await outOf(id)).toBeUndefined();
  expect((await world.events(id)).length).toBe(1);
});

test("told as an event only, what a model does not know is told as well", async () => {
  await world.predict(doubt("hushed", { feature: "out", properties: { days: "days" }, eventOnly: true }));
  const events = heard("LIVE-EVENTS", "org.hushed:a");
  await create("org.hushed:a", 50);
  await until(() => events.length === 1);

  expect(events[0]).toMatchObject({ value: { properties: { days: null } } });
});

test("a condition does not hold where the model does not know, and is said again when it does", async () => {
  const message = { subject: "alarm", when: { output: "days", above: 3 } };
  await world.predict(doubt("unsure", { feature: "out", message }));
  const id = "org.unsure:a";
  const messages = heard("MESSAGES", id) as Message[];
  await create(id, 5);
  for (const x of [6, 50, 7, 8]) {
    await sleep(50);
    await read(id, x);
  }
  await until(() => messages.length === 2);
  await sleep(50);

  expect(messages.map(({ payload }) => payload)).toMatchObject(
    [1, 4].map((inputRevision) => ({ value: { predictor: "unsure", inputRevision } })),
  );
});

test("a prediction of which the first value is not known is not made twice", async () => {
  const output = { feature: "out", properties: { days: "days", score: "score" } };
  await world.predict(doubt("halves", output));
  const id = await create("org.halves:a", 50);
  await until(async () => (await world.valueAt(id, "/features/out/properties/score")) === 50);

  const wanted = readOutput({ value: output, at: "" });
  expect(predictedRevision(await stateOf(id), "halves", wanted)).toBe(1);
  expect(predictedRevision(await stateOf(id), "another", wanted)).toBeUndefined();
});

test("all bound things are predicted again and again where a predictor says so", async () => {
  const ids = await Promise.all([1, 2, 3].map((x) => create(`org.every:${x}`, x)));
  await create("org.every:other", 9);
  await world.ask("modify", "org.every:other", "/attributes/off", true);
  await world.predict(
    predictorOf("every", {
      bind: { namespaces: ["org.every"], filter: "not(exists(attributes/off))" },
      trigger: { paths: [], every: "1s" },
      ...{ model: batched("echo"), output: echoOutput },
    }),
  );
  for (const id of ids) await until(async () => (await world.predictions(id, "out")).length >= 2);

  expect(await world.valueAt("org.every:other", "/features/out")).toBeUndefined();
});
