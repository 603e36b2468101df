// The small parts of serving, each by itself.

import { expect, test } from "vitest";
import { serviceUnavailable } from "../../../src/dispatch/errors.ts";
import { JournalUnavailable } from "../../../src/journal/journal.ts";
import type { Output } from "../../../src/predictions/model.ts";
import { ModelFault, type Outputs } from "../../../src/predictions/models/scoring.ts";
import { resolved, saysNothing } from "../../../src/predictions/outputs/resolve.ts";
import { batches } from "../../../src/predictions/serving/batches.ts";
import { bindingOf, boundBy, searchFilter } from "../../../src/predictions/serving/binding.ts";
import { isCanary } from "../../../src/predictions/serving/canary.ts";
import { writing } from "../../../src/predictions/serving/write.ts";
import type { Command } from "../../../src/signals/signal.ts";

test("a canary is for its share of the things, whatever they are called", () => {
  const share = (id: (i: number) => string) =>
    Array.from({ length: 20_000 }, (_, i) => id(i)).filter((id) => isCanary(id, 0.1)).length / 20_000;

  expect(share((i) => `org.acme:bearing-${i}`)).toBeCloseTo(0.1, 2);
  expect(share((i) => `org.acme:${String(i).padStart(12, "0")}`)).toBeCloseTo(0.1, 2);
  expect([0, 1].map((all) => isCanary("org.acme:a", all))).toEqual([false, true]);
});

test.each([
  ["org.acme:*", "org.acme:bearing:1.0.0", true],
  ["org.acme:bearing:*", "org.acme:press:1.0.0", false],
  ["*:bearing:*", "org.acme:bearing:1.0.0", true],
  ["*bearing*ring*", "org.acme:bearing:1.0.0", false],
  ["a*a", "a", false],
  ["*", "", true],
])("the definition %s is one for %s: %s", (definition, given, expected) => {
  expect(bindingOf({ definition })({ definition: given }, "org.acme:a")).toBe(expected);
});

test("a binding is the same to events and to searches", () => {
  const bind = { filter: "eq(attributes/a,1)", definition: 'org.acme:"x*' };

  expect(searchFilter(bind)).toBe('and(eq(attributes/a,1),like(definition,"org.acme:\\"x*"))');
  expect(boundBy(bind)).toEqual([["attributes", "a"], ["definition"]]);
  expect(() => bindingOf({ filter: "eq(nothing,1)" })).toThrow("The RQL expression is not valid.");
});

test("a binding that would look at too much binds nothing", () => {
  const filter = `or(${Array.from({ length: 20 }, (_, i) => `like(attributes/text,"*a*b${i + 10}*")`).join()})`;
  const isBound = bindingOf({ filter });

  expect(isBound({ attributes: { text: "ab29" } }, "org.acme:a")).toBe(true);
  expect(isBound({ attributes: { text: `${"x".repeat(90_000)}ab29` } }, "org.acme:a")).toBe(false);
});

const output = (more: Partial<Output>): Output => ({
  ...{ feature: "out", properties: [], desiredProperties: [], eventOnly: false },
  ...more,
});

test("outputs are found by their pointers, in lists by index", () => {
  const outputs: Outputs = { probabilities: [0.1, 0.9], label: "worn", nested: { "a/b": { c: 1 } } };
  const properties = [
    { pointer: ["p"], from: ["probabilities", "1"] },
    { pointer: ["deep", "label"], from: ["label"] },
    { pointer: ["c"], from: ["nested", "a/b", "c"] },
  ];

  expect(resolved(output({ properties }), outputs, false).properties).toEqual([
    [["p"], 0.9],
    [["deep", "label"], "worn"],
    [["c"], 1],
  ]);
  for (const from of [["probabilities", "2"], ["probabilities", "-1"], ["label", "length"], ["__proto__"]])
    expect(() => resolved(output({ properties: [{ pointer: ["p"], from }] }), outputs, false)).toThrow(
      ModelFault,
    );
});

test("what is nested too deeply is no output, and costs no stack", () => {
  let deep: Outputs[string] = 1;
  for (let i = 0; i < 100_000; i++) deep = [deep];

  expect(() =>
    resolved(output({ properties: [{ pointer: ["p"], from: ["deep"] }] }), { deep }, false),
  ).toThrow("The output deep is too large.");
});

test("of a model that learns while it works null says that there is nothing to say", () => {
  const properties = [{ pointer: ["days"], from: ["days"] }];
  const prediction = resolved(output({ properties, confidence: ["days"] }), { days: null }, true);

  expect(prediction).toEqual({ properties: [[["days"], null]], desiredProperties: [] });
  expect(saysNothing(prediction)).toBe(true);
  expect(() => resolved(output({ properties }), { days: null }, false)).toThrow(ModelFault);
});

const modelOf = (predict: (rows: readonly (readonly number[])[]) => Promise<readonly Outputs[]>) => ({
  ...{ kind: "batch" as const, maxBatch: 4, close: async () => undefined },
  predict: (rows: readonly (readonly number[])[]) => predict(rows),
});
const limits = { limitMs: 1_000, parallel: 2, capacity: 100 };
const never = new AbortController().signal;

test("rows gather into batches while one is under way", async () => {
  const sizes: number[] = [];
  const { predict } = batches(
    modelOf(async (rows) => {
      sizes.push(rows.length);
      await new Promise((go) => setTimeout(go, 10));
      return rows.map(([x = 0]) => ({ x }));
    }),
    limits,
    never,
  );
  const answers = await Promise.all(Array.from({ length: 11 }, (_, x) => predict([x])));

  expect(answers).toEqual(Array.from({ length: 11 }, (_, x) => ({ x })));
  expect(sizes).toEqual([4, 4, 3]);
});

test("a row that the model refuses costs the others nothing", async () => {
  const { predict } = batches(
    modelOf(async (rows) => {
      if (rows.some(([x]) => x === 2)) throw new ModelFault("refused", "two");
      return rows.map(([x = 0]) => ({ x }));
    }),
    limits,
    never,
  );
  const answers = await Promise.allSettled([0, 1, 2, 3].map((x) => predict([x])));

  expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
});

test("beyond what may wait rows are refused at once", async () => {
  const { predict } = batches(
    modelOf(() => new Promise(() => undefined)),
    { ...limits, capacity: 4, parallel: 1 },
    never,
  );
  for (let x = 0; x < 8; x++) void predict([x]);

  await expect(predict([8])).rejects.toMatchObject({ reason: "overloaded" });
});

const command: Command = {
  kind: "thing",
  id: "org.acme:a",
  action: "merge",
  path: [],
  headers: {},
  auth: { subjects: [] },
};
const origin = { predictors: new Set<string>() };

test("a write is tried again until the server is able to, and not longer than it is wanted", async () => {
  let attempts = 0;
  const failing = [new JournalUnavailable("away"), serviceUnavailable()];
  const { write } = writing(
    async () => {
      const failure = failing[attempts++];
      if (failure) throw failure;
      return { status: 204, revision: 7 };
    },
    { send: async () => ({ is: "accepted" }) },
    never,
  );
  expect(await write(command, origin, () => true)).toBe(7);
  expect(attempts).toBe(3);

  attempts = 0;
  expect(await write(command, origin, () => attempts === 0)).toBeUndefined();
  expect(attempts).toBe(1);
});
