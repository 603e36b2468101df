// Training data against serving itself: what a predictor knows that is told of things by pubsub, on real twins.

import fc from "fast-check";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Aggregate } from "../../../src/base/aggregates.ts";
import type { JsonObject, JsonValue } from "../../../src/base/json/json.ts";
import { inputPlan } from "../../../src/predictions/inputs/plan.ts";
import { triggerOf } from "../../../src/predictions/inputs/trigger.ts";
import type { Input, Predictor } from "../../../src/predictions/model.ts";
import { bindingOf } from "../../../src/predictions/serving/binding.ts";
import { isEnd, seenLive } from "../../../src/predictions/serving/seen.ts";
import { eventSelection, lookedAt } from "../../../src/predictions/serving/selection.ts";
import { type Due, ThingState } from "../../../src/predictions/serving/thing-state.ts";
import type { Cell } from "../../../src/predictions/training/labels.ts";
import { trainingData } from "../../../src/predictions/training/training-data.ts";
import type { Delivery } from "../../../src/pubsub/delivery.ts";
import type { CommandAction, EntityEvent } from "../../../src/signals/signal.ts";
import { OWNER, type ServingWorld, servingWorld, until } from "../serving/world.ts";
import { input, predictorWith } from "./predictors.ts";

const start = Date.UTC(2026, 0, 1);
const READER = "acme:reader";

let world: ServingWorld;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: start });
  world = await servingWorld({});
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  vi.useRealTimers();
});

const property = (name: string) => ["features", "f", "properties", name];
const granted = (grant: readonly string[], revoke: readonly string[] = []) => ({
  grant: [...grant],
  revoke: [...revoke],
});

/** Of `o` the reader sees all but `o/secret`, and of `q` nothing. */
const policy: JsonObject = {
  entries: {
    owner: {
      subjects: { [OWNER]: { type: "t" } },
      resources: { "thing:/": granted(["READ", "WRITE"]), "policy:/": granted(["READ", "WRITE"]) },
    },
    reader: {
      subjects: { [READER]: { type: "t" } },
      resources: {
        "thing:/features/f/properties": granted(["READ"]),
        "thing:/features/f/properties/q": granted([], ["READ"]),
        "thing:/features/f/properties/o/secret": granted([], ["READ"]),
        "thing:/attributes/on": granted(["READ"]),
      },
    },
  },
};

type Change = readonly [action: CommandAction, path: string, value?: JsonValue];

const extent = fc.oneof(
  fc.record({ count: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ ms: fc.integer({ min: 1, max: 9_000 }) }),
);
const aggregates: Aggregate[] = ["mean", "min", "max", "sum", "std", "slope", "count", "rate", "p90"];
const missing = fc.constantFrom<Input["missing"]>("skip", "last", "nan", "nan", { value: -1 });
const shape: fc.Arbitrary<Partial<Input>> = fc.oneof(
  fc.record({ missing }),
  fc.record({ missing, lag: extent }),
  fc.record({ missing, window: extent, aggregate: fc.constantFrom(...aggregates) }),
  fc.record({ missing, oneHot: fc.constant(["a", "b", 1] as const) }),
);
const inputs = fc
  .array(fc.tuple(shape, fc.constantFrom("p", "q", "o")), { minLength: 1, maxLength: 5 })
  .map((shapes) =>
    shapes.map(([given, name], i) => input({ ...given, name: `i${i}`, path: property(name) })),
  );
const predictors: fc.Arbitrary<Predictor> = fc
  .record({
    inputs,
    paths: fc.subarray([property("p"), property("o")], { minLength: 1 }),
    debounceMs: fc.constantFrom(0, 1_500),
    subject: fc.constantFrom(OWNER, READER),
    bind: fc.constantFrom({}, { filter: "eq(attributes/on,true)" }),
  })
  .map(({ paths, debounceMs, subject, ...more }) =>
    predictorWith({ ...more, trigger: { paths, debounceMs }, authorizationContext: [subject] }),
  );
const value = fc.oneof(
  fc.double({ min: -1e3, max: 1e3, noNaN: true }),
  fc.constantFrom<JsonValue>("a", "b", true, null, 1),
);
const name = fc.constantFrom("p", "q", "r");
const patch = fc.dictionary(name, value);
const text = (key: string) => `/${property(key).join("/")}`;
const born: Change = [
  "create",
  "/",
  { attributes: { on: true }, features: { f: { properties: { p: 2, q: 2 } } } },
];
const change: fc.Arbitrary<Change> = fc.oneof(
  { arbitrary: fc.tuple(fc.constant("modify" as const), name.map(text), value), weight: 8 },
  {
    arbitrary: patch.map((properties): Change => ["merge", "/", { features: { f: { properties } } }]),
    weight: 3,
  },
  fc.constantFrom<Change>(
    ["merge", "/features/f/properties", { "{{ ~p|q~ }}": null }],
    ["merge", "/features/f/properties", { "{{ ~r~ }}": null, p: 3 }],
    ["modify", "/features/f/properties/o", { secret: 1, open: 2 }],
    ["modify", "/features/f/properties/o", { secret: 1 }],
    ["modify", "/features/f/properties/o", 4],
    ["modify", "/features/f/properties/o/secret", 5],
    ["delete", "/features/f/properties/p"],
    ["modify", "/attributes", { on: true }],
    ["modify", "/attributes", { on: false }],
    ["delete", "/"],
    born,
    born,
    ["create", "/", { features: { f: { properties: { r: 2 } } } }],
  ),
);
const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 1_200 }), change), {
  minLength: 30,
  maxLength: 60,
});

let things = 0;

test("they have the rows that serving has vectors of, bit by bit", async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(predictors, steps, async (predictor, taken) => {
      const id = `org.agree:thing${++things}`;
      await world.ask("modify", id, "/", policy, { kind: "policy" });
      const from = Date.now();
      const serving = served(predictor, id);
      for (const [passed, [action, path, given]] of [[0, born] as const, ...taken, [0, born] as const]) {
        vi.setSystemTime(Date.now() + passed);
        const whole = action === "create" ? { policyId: id, ...(given as JsonObject) } : given;
        await world.ask(action, id, path, whole).catch(() => undefined);
      }
      const wanted = await serving.rows();
      const rows = await trained(predictor, id, from);
      expect(rows).toEqual(wanted);
      compared += rows.length;
    }),
    { numRuns: 60 },
  );
  expect(compared).toBeGreaterThan(100);
}, 120_000);

/** What a running predictor does with what it is told, up to the model. */
function served(predictor: Predictor, id: string) {
  const plan = inputPlan(predictor.inputs);
  const isBound = bindingOf(predictor.bind);
  const looks = { id: predictor.id, triggers: predictor.trigger.paths, isTrigger: triggerOf(predictor) };
  const rows: (readonly (number | null)[])[] = [];
  let state = new ThingState(plan, [], predictor.trigger.debounceMs);
  let isOver = false;
  const note = (due: Due | undefined) => {
    if (!due?.isBound || due.vector.isSkipped) return;
    rows.push([due.revision, ...due.vector.values.map((number) => (Number.isNaN(number) ? null : number))]);
  };
  const deliver = (delivery: Delivery) => {
    const event = delivery.signal as EntityEvent;
    if (event.id !== id) isOver ||= event.id === `${id}-last`;
    else if (isEnd(event)) {
      note(state.over(event.timestamp));
      state = new ThingState(plan, [], predictor.trigger.debounceMs);
    } else note(state.takeIn(seenLive(looks, delivery, isBound(delivery.extra ?? {}, id))));
  };
  const end = world.twins.pubsub.subscribe({
    stream: "EVENTS",
    subjects: predictor.authorizationContext,
    selection: eventSelection(["org.agree"], lookedAt(predictor, plan.paths)),
    subscriber: { deliver },
  });
  return {
    async rows() {
      await world.ask("create", `${id}-last`, "/", {
        policyId: id,
        features: { f: { properties: { p: 1, o: 1 } } },
      });
      await until(() => isOver);
      end();
      note(state.over(Number.POSITIVE_INFINITY));
      return rows;
    },
  };
}

async function trained(predictor: Predictor, id: string, from: number) {
  const parts = {
    pastStates: world.twins.pastStates,
    boundThings: async function* () {
      yield id;
    },
    bindingOf,
  };
  const query = { from, to: Date.now(), limit: 1_000 };
  const { rows } = await trainingData(parts)(predictor, query, { subjects: predictor.authorizationContext });
  const all: (readonly Cell[])[] = [];
  for await (const [, revision = null, , ...values] of rows) all.push([revision, ...values]);
  return all;
}
