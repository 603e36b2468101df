// What readings lead to: predictions in order, with what they were made of.

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { JsonValue } from "../../../src/base/json/json.ts";
import { answering, batched, echoing, echoOutput, gated, predictorOf, summing } from "./models.ts";
import { type ServingWorld, servingWorld, until } from "./world.ts";

interface VersionStatus {
  readonly skipped: number;
  readonly errors: { readonly count: number; readonly reasons: object };
}

const gate = gated();
const outputs: { [value: number]: unknown } = {
  1: { value: Number.NaN },
  2: { value: Number.POSITIVE_INFINITY },
  3: {},
  4: { value: null },
  5: { value: { deep: [1, Number.NaN] } },
  6: { value: Array.from({ length: 20_000 }, () => 1) },
  7: { value: "x".repeat(300_000) },
};

let world: ServingWorld;
beforeAll(async () => {
  world = await servingWorld({
    1: summing,
    echo: echoing,
    gated: gate.model,
    single: () =>
      answering(async ([value = 0]) => {
        await sleep(2);
        return { value };
      }, 1),
    odd: () => answering(([value = 0]) => (outputs[value] ?? { value }) as never),
    hanging: () =>
      answering((_, signal) => new Promise((_, reject) => signal.addEventListener("abort", reject))),
  });
});
afterAll(() => world[Symbol.asyncDispose]());

let things = 0;
/** A thing of a namespace of its own, so that tests do not see each other's. */
const newThing = async (id: string, x: JsonValue = 0): Promise<string> => {
  await world.ask("create", id, "/", { features: { in: { properties: { x } } } });
  return id;
};
const namespace = () => `org.test${++things}`;
/** What the status says of a version. */
const version = (id: string, name: string) =>
  (world.status(id).versions as unknown as Record<string, VersionStatus>)[name] as VersionStatus;
const read = (id: string, x: JsonValue) => world.ask("modify", id, "/features/in/properties/x", x);

test("each reading leads to a prediction that says which revision it was made from", async () => {
  const ns = namespace();
  await world.predict(predictorOf("each", { bind: { namespaces: [ns] } }));
  const id = await newThing(`${ns}:a`, 1);
  for (const x of [2, 3, 4]) {
    await until(async () => (await world.predictions(id, "out")).length === x - 1, "the prediction");
    await read(id, x);
  }
  await until(async () => (await world.predictions(id, "out")).length === 4);

  expect(await world.predictions(id, "out")).toEqual([
    { revision: 2, inputRevision: 1, version: "1", properties: { sum: 1, count: 1 } },
    { revision: 4, inputRevision: 3, version: "1", properties: { sum: 3, count: 2 } },
    { revision: 6, inputRevision: 5, version: "1", properties: { sum: 6, count: 3 } },
    { revision: 8, inputRevision: 7, version: "1", properties: { sum: 10, count: 4 } },
  ]);
  const [note] = Object.values((await world.events(id))[1]?.metadata?.properties as object);
  expect(note.prediction).toEqual({
    predictor: "each",
    model: "builtin/anomaly",
    version: "1",
    inputRevision: 1,
    time: expect.stringMatching(/^\d{4}-.*Z$/),
    latency: expect.any(Number),
  });
});

test("readings that come faster than predictions coalesce, but all of them are learned from in order", async () => {
  const ns = namespace();
  await world.predict(predictorOf("fast", { bind: { namespaces: [ns] } }));
  const id = await newThing(`${ns}:a`, 0);
  await Promise.all(Array.from({ length: 60 }, (_, i) => read(id, i + 1)));
  const count = async () => (await world.valueAt(id, "/features/out/properties/count")) as number;
  await until(async () => (await count()) === 61);

  expect(await world.valueAt(id, "/features/out/properties/sum")).toBe((60 * 61) / 2);
  const made = await world.predictions(id, "out");
  expect(made.length).toBeLessThan(61);
  expect(made.map(({ inputRevision }) => inputRevision)).toEqual(
    made.map(({ inputRevision }) => inputRevision).toSorted((a, b) => a - b),
  );
});

test("what comes within the debounce leads to one prediction", async () => {
  const ns = namespace();
  await world.predict(predictorOf("slow", { bind: { namespaces: [ns] }, trigger: { debounce: "150ms" } }));
  const id = await newThing(`${ns}:a`, 1);
  await read(id, 2);
  await read(id, 3);
  await until(async () => (await world.predictions(id, "out")).length > 0);
  await sleep(200);

  expect(await world.predictions(id, "out")).toMatchObject([{ inputRevision: 3, properties: { count: 3 } }]);
});

test("the debounce begins with a trigger, and what is looked at until its end counts", async () => {
  const ns = namespace();
  const at = (name: string) => `features/in/properties/${name}`;
  await world.predict(
    predictorOf("begins", {
      bind: { namespaces: [ns] },
      inputs: ["x", "y"].map((name) => ({ name, path: at(name) })),
      trigger: { paths: [at("x")], debounce: "400ms" },
      ...{ model: batched("echo"), output: echoOutput },
    }),
  );
  const id = await newThing(`${ns}:a`, 1);
  const write = (name: string, value: number) => world.ask("modify", id, `/${at(name)}`, value);
  await sleep(450);
  await write("y", 1);
  await sleep(300);
  await write("x", 2);
  await sleep(200);
  await write("y", 3);
  await until(async () => (await world.predictions(id, "out")).length > 0);
  await sleep(450);

  expect(await world.predictions(id, "out")).toMatchObject([{ inputRevision: 4, properties: { value: 2 } }]);
});

test("a predictor does not answer itself, nor one that answers it", async () => {
  const ns = namespace();
  const bind = { namespaces: [ns] };
  const at = (feature: string) => `features/${feature}/properties/value`;
  const chained = (id: string, from: readonly string[], feature: string, missing: JsonValue) =>
    predictorOf(id, {
      bind,
      inputs: from.map((one, i) => ({ name: `v${i}`, path: at(one), missing })),
      model: batched("echo"),
      output: { feature, properties: { value: "value" } },
    });
  await world.predict(chained("loop-a", ["source", "b"], "a", { value: 0 }));
  await world.predict(chained("loop-b", ["a"], "b", "skip"));
  const id = `${ns}:a`;
  await world.ask("create", id, "/", { features: { source: { properties: { value: 7 } } } });
  await until(async () => (await world.valueAt(id, `/${at("b")}`)) === 7);
  await sleep(200);

  expect((await world.predictions(id, "a")).length).toBe(1);
  expect((await world.predictions(id, "b")).length).toBe(1);
  const [, , byB] = await world.events(id);
  expect(byB?.metadata).toMatchObject({
    properties: { value: { prediction: { chain: ["loop-a", "loop-b"] } } },
  });
});

test("a model that hangs delays neither writes nor other predictors, and its newest prediction is made once it answers", async () => {
  const ns = namespace();
  const bind = { namespaces: [ns] };
  await world.predict(
    predictorOf("hangs", { bind, model: batched("gated"), output: { ...echoOutput, feature: "late" } }),
  );
  await world.predict(predictorOf("goes", { bind }));
  const id = await newThing(`${ns}:a`, 1);
  await until(() => gate.asked > 0);
  await read(id, 2);
  await read(id, 3);
  await until(async () => (await world.valueAt(id, "/features/out/properties/count")) === 3);
  expect(await world.valueAt(id, "/features/late")).toBeUndefined();
  gate.open();
  await until(async () => (await world.valueAt(id, "/features/late/properties/value")) === 3);

  const made = await world.predictions(id, "late");
  expect(made.at(0)?.inputRevision).toBe(1);
  expect(made.map(({ properties }) => properties.value)).toEqual([1, 3]);
});

test("a model that never answers is given up after its timeout", async () => {
  const ns = namespace();
  const model = batched("hanging", { timeout: "10ms", retries: 0 });
  await world.predict(predictorOf("never", { bind: { namespaces: [ns] }, model, output: echoOutput }));
  await newThing(`${ns}:a`, 1);
  const errors = () => version("never", "hanging").errors;
  await until(() => errors().count > 0);

  expect(errors().reasons).toHaveProperty("timeout");
});

test.each([1, 2, 3, 4, 5, 6])("an output that is no value is never written (%i)", async (x) => {
  const ns = namespace();
  const id = `odd-${x}`;
  await world.predict(
    predictorOf(id, { bind: { namespaces: [ns] }, model: batched("odd"), output: echoOutput }),
  );
  const thing = await newThing(`${ns}:a`, x);
  await until(() => version(id, "odd").errors.count === 1);
  await read(thing, 100);
  await until(async () => (await world.valueAt(thing, "/features/out/properties/value")) === 100);

  expect(version(id, "odd").errors.reasons).toEqual({ "bad-output": 1 });
  expect((await world.predictions(thing, "out")).length).toBe(1);
});

test("a model of single rows predicts as many things as there are", async () => {
  const ns = namespace();
  await world.predict(
    predictorOf("single", { bind: { namespaces: [ns] }, model: batched("single"), output: echoOutput }),
  );
  await Promise.all(Array.from({ length: 60 }, (_, i) => newThing(`${ns}:${i}`, i)));
  await until(() => world.status("single").queue === 0);

  expect(version("single", "single").errors.count).toBe(0);
});

test("an output that is too large for a thing is refused, and told as a problem", async () => {
  const ns = namespace();
  await world.predict(
    predictorOf("huge", { bind: { namespaces: [ns] }, model: batched("odd"), output: echoOutput }),
  );
  const thing = await newThing(`${ns}:a`, 7);
  const problems = () => world.status("huge").problems as readonly { kind: string; detail: string }[];
  await until(() => problems().some(({ kind }) => kind === "other"));

  expect(problems().find(({ kind }) => kind === "other")?.detail).toMatch(/^things:thing\.toolarge/);
  expect(await world.valueAt(thing, "/features/out")).toBeUndefined();
});

test("desired properties, the definition of a new feature and the model's confidence are written", async () => {
  const ns = namespace();
  const output = {
    feature: "out",
    definition: ["org.acme:forecast:1.0.0"],
    properties: { "nested/value": "value" },
    desiredProperties: { value: "value" },
    confidence: "value",
  };
  await world.predict(predictorOf("desired", { bind: { namespaces: [ns] }, model: batched("echo"), output }));
  const id = await newThing(`${ns}:a`, 0.5);
  await until(async () => (await world.valueAt(id, "/features/out")) !== undefined);

  expect(await world.valueAt(id, "/features/out")).toEqual({
    definition: ["org.acme:forecast:1.0.0"],
    properties: { nested: { value: 0.5 } },
    desiredProperties: { value: 0.5 },
  });
  const { metadata } = (await world.events(id))[1] ?? {};
  const note = { prediction: expect.objectContaining({ confidence: 0.5, inputRevision: 1 }) };
  expect(metadata).toEqual({ properties: { nested: { value: note } }, desiredProperties: { value: note } });
});

test("the definition of a feature that has one stays", async () => {
  const ns = namespace();
  const output = { ...echoOutput, definition: ["org.acme:forecast:1.0.0"] };
  const trigger = { every: "1s" };
  await world.predict(
    predictorOf("own", { bind: { namespaces: [ns] }, trigger, model: batched("echo"), output }),
  );
  const id = await newThing(`${ns}:a`, 1);
  await until(async () => (await world.predictions(id, "out")).length === 1);
  await world.ask("modify", id, "/features/out/definition", ["org.other:mine:1.0.0"]);
  await read(id, 2);
  await until(async () => (await world.predictions(id, "out")).length > 3);

  expect(await world.valueAt(id, "/features/out/definition")).toEqual(["org.other:mine:1.0.0"]);
  await world.remove("own");
});

test("an input that is missing leads to no prediction, and what follows to one", async () => {
  const ns = namespace();
  await world.predict(predictorOf("missing", { bind: { namespaces: [ns] } }));
  const id = await newThing(`${ns}:a`, "no number");
  await until(() => version("missing", "1").skipped === 1);
  await read(id, 4);
  await until(async () => (await world.predictions(id, "out")).length === 1);

  expect(await world.predictions(id, "out")).toMatchObject([
    { inputRevision: 2, properties: { sum: 4, count: 1 } },
  ]);
});

test("only bound things are predicted", async () => {
  const ns = namespace();
  await world.predict(
    predictorOf("bound", {
      bind: { namespaces: [ns], filter: "eq(attributes/on,true)", definition: "org.acme:*:1" },
    }),
  );
  const made = async (name: string, more: object) => {
    await world.ask("create", `${ns}:${name}`, "/", {
      features: { in: { properties: { x: 1 } } },
      ...more,
    } as never);
    return `${ns}:${name}`;
  };
  const definition = "org.acme:bearing:1";
  const off = await made("off", { definition, attributes: { on: false } });
  const other = await made("other", { definition: "org.other:bearing:1", attributes: { on: true } });
  const on = await made("on", { definition, attributes: { on: true } });
  await until(async () => (await world.predictions(on, "out")).length === 1);

  expect(await world.predictions(off, "out")).toEqual([]);
  expect(await world.predictions(other, "out")).toEqual([]);
  await world.ask("modify", off, "/attributes/on", true);
  await read(off, 5);
  await until(async () => (await world.predictions(off, "out")).length === 1);
  expect(await world.predictions(off, "out")).toMatchObject([{ properties: { sum: 6, count: 2 } }]);
});
