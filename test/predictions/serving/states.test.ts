// What is known of things: how it is weighed, stored, brought back, and what of it is waited for.

import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test, vi } from "vitest";
import { defineError } from "../../../src/base/errors.ts";
import type { PastState, PastStates } from "../../../src/dispatch/history/past-states.ts";
import { inputPlan } from "../../../src/predictions/inputs/plan.ts";
import type { BuiltinSpec } from "../../../src/predictions/model.ts";
import type { Model, StreamingModel } from "../../../src/predictions/models/scoring.ts";
import { readPredictor } from "../../../src/predictions/read/read-predictor.ts";
import { StatesBehind } from "../../../src/predictions/serving/behind.ts";
import { Finding } from "../../../src/predictions/serving/finding.ts";
import { loading } from "../../../src/predictions/serving/loading.ts";
import { Pace } from "../../../src/predictions/serving/pace.ts";
import type { Work } from "../../../src/predictions/serving/queue.ts";
import type { Seen } from "../../../src/predictions/serving/seen.ts";
import { type Learner, ThingState } from "../../../src/predictions/serving/thing-state.ts";
import { type Known, Things } from "../../../src/predictions/serving/things.ts";
import { Versions } from "../../../src/predictions/serving/versions.ts";
import type { StoredState } from "../../../src/predictions/stored/predictor-store.ts";
import { predictorOf, streaming, summing } from "./models.ts";

afterEach(() => {
  vi.useRealTimers();
});

const X = ["features", "in", "properties", "x"];
const plan = (more: object = {}) =>
  inputPlan(readPredictor(predictorOf("p", { inputs: [{ name: "x", path: X.join("/"), ...more }] })).inputs);

const seenAt = (revision: number, more: Partial<Seen> = {}): Seen => ({
  ...{ thingId: "org.acme:a", revision, timestamp: revision, receivedAt: 0, chain: new Set() },
  ...{ isEnd: false, isBirth: false, isTrigger: true, isBound: true },
  touches: () => true,
  valueAt: () => revision,
  ...more,
});

const learner = (model: StreamingModel, key = "1"): Learner => ({ key, stateKey: "sum", model });

function knownOf(thingId: string, state: ThingState, leave: () => void = () => undefined): Known {
  return { thingId, state, fingerprint: "f", users: 0, isSettled: true, bytes: 0, leave };
}

test("things are weighed by the memory that their models take", () => {
  const left: string[] = [];
  const things = new Things(300_000);
  const large = { ...summing(), stateBytes: 100_000 };
  for (const id of ["a", "b", "c", "d", "e"]) {
    const state = new ThingState(plan(), [learner(large)]);
    things.put(
      "p",
      knownOf(id, state, () => void left.push(id)),
    );
  }

  expect(left).toEqual(["a", "b", "c"]);
});

test("what is worked on stays in memory, however long ago it was used", () => {
  const things = new Things(300_000);
  const known = Array.from({ length: 200 }, (_, i) => {
    const one = knownOf(`t${i}`, new ThingState(plan(), [learner({ ...summing(), stateBytes: 10_000 })]));
    one.users = i < 100 ? 1 : 0;
    things.put("p", one);
    return one;
  });
  const left = known.filter(({ thingId }) => !things.has("p", thingId));

  expect(left.every(({ users }) => users === 0)).toBe(true);
  expect(left.length).toBeGreaterThan(90);
});

test("states that wait for the database are bounded by their length, those of one statement as well", async () => {
  const statements: (readonly StoredState[])[] = [];
  let isAway = true;
  const room = { left: 2_000_000 };
  const behind = new StatesBehind({
    ...{ room, predictorId: "p", intervalMs: 1, pace: new Pace(), onError: () => undefined },
    store: {
      putStates: async (_, states) => {
        if (isAway) throw new Error("away");
        statements.push(states);
      },
    },
  });
  const long = { ...summing(), save: () => "x".repeat(400_000) };
  for (const id of ["a", "b", "c", "d", "e", "f"]) {
    const state = new ThingState(plan(), [learner(long)]);
    const known = knownOf(id, state);
    behind.settled(known);
    behind.save(known);
  }
  expect(room.left).toBeGreaterThanOrEqual(0);
  expect(["a", "b", "c", "d", "e", "f"].filter((id) => behind.waiting(id))).toEqual(["c", "d", "e", "f"]);
  isAway = false;
  await behind.stop();

  expect(statements.map((states) => states.map(({ thingId }) => thingId))).toEqual([
    ["c", "d"],
    ["e", "f"],
  ]);
  expect(room.left).toBe(2_000_000);
});

/** States that wait for a database which takes a statement when it is told to. */
function behindSlowly() {
  const statements: { readonly thingIds: readonly string[]; readonly end: () => void }[] = [];
  const behind = new StatesBehind({
    ...{ room: { left: 2_000_000 }, predictorId: "p", intervalMs: 60_000, pace: new Pace() },
    onError: () => undefined,
    store: {
      putStates: (_, states) =>
        new Promise((end) => {
          statements.push({ thingIds: states.map(({ thingId }) => thingId), end });
        }),
    },
  });
  const settle = (...ids: readonly string[]) =>
    ids.map((id) => {
      const known = knownOf(id, new ThingState(plan(), [learner(summing())]));
      behind.settled(known);
      return known;
    });
  const save = (...ids: readonly string[]) => {
    for (const known of settle(...ids)) behind.save(known);
  };
  return { behind, statements, settle, save };
}

test("of things that another member is to serve only what is theirs is stored, and waited for no longer than some seconds", async () => {
  const { behind, statements, save } = behindSlowly();
  save("here:a", "lost:a", "here:b", "lost:b");

  const begun = Date.now();
  const released = behind.release((id) => id.startsWith("lost:"));
  expect(statements.map(({ thingIds }) => thingIds)).toEqual([["lost:a", "lost:b"]]);
  await released;
  expect(Date.now() - begun).toBeLessThan(4_000);
  expect(["here:a", "lost:a", "here:b", "lost:b"].filter((id) => behind.waiting(id))).toEqual([
    ...["here:a", "here:b"],
  ]);

  save("lost:c");
  const again = behind.release((id) => id === "lost:c");
  statements[1]?.end();
  await again;
  expect(statements[1]?.thingIds).toEqual(["lost:c"]);
});

test("nothing is stored of what is forgotten, whether it is in memory, waits or is being stored", async () => {
  const { behind, statements, settle, save } = behindSlowly();
  save("gone:a");
  void behind.release((id) => id === "gone:a");
  save("gone:b", "left:b");
  settle("gone:c", "left:c");
  let isForgotten = false;
  const forgotten = behind
    .forgetAll((id) => id.startsWith("gone:"))
    .then(() => {
      isForgotten = true;
    });
  await sleep(20);
  expect(isForgotten).toBe(false);
  statements[0]?.end();
  await forgotten;

  const stopped = behind.stop();
  await expect.poll(() => statements.length).toBe(2);
  statements[1]?.end();
  await stopped;
  expect(statements.map(({ thingIds }) => thingIds)).toEqual([["gone:a"], ["left:b", "left:c"]]);
});

test("triggers of one debounce are predicted as of the newest that was looked at, and what is no trigger begins none", () => {
  const state = new ThingState(plan(), [], 100);
  const later = { isTrigger: false };
  const told = [
    seenAt(1, { ...later, timestamp: 1_000 }),
    seenAt(2, { timestamp: 1_090 }),
    seenAt(3, { ...later, timestamp: 1_120 }),
    seenAt(4, { timestamp: 1_190 }),
    seenAt(5, { timestamp: 1_191 }),
  ].map((seen) => state.takeIn(seen));

  expect(told.map((due) => due?.revision)).toEqual([undefined, undefined, undefined, undefined, 4]);
  expect(told[4]).toMatchObject({ trigger: 4, timestamp: 1_190, vector: { values: [4] } });
  expect([state.waitsUntil, state.over(1_291), state.over(1_292)?.revision]).toEqual([1_291, undefined, 5]);
});

test("what a debounce is judged by is its newest observation, and a model that learns by its newest step", () => {
  const state = new ThingState(plan(), [learner(summing())], 100);
  state.takeIn(seenAt(1, { timestamp: 1_000, isBound: false }));
  state.takeIn(seenAt(2, { timestamp: 1_050, valueAt: () => undefined }));
  state.takeIn(seenAt(3, { timestamp: 1_080, isTrigger: false }));
  const due = state.over(1_200);

  expect(due).toMatchObject({ revision: 3, trigger: 2, isBound: true, vector: { isSkipped: false } });
  expect(due?.atStep).toMatchObject({ revision: 1, trigger: 1 });
  expect(due?.atStep?.said.get("1")).toEqual({ sum: 1, count: 1 });
});

const builtin = (version: string, threshold: number): BuiltinSpec => ({
  ...{ type: "builtin", name: "anomaly", version },
  parameters: { threshold },
});

async function learnersOf(model: BuiltinSpec, shadows: readonly BuiltinSpec[] = []) {
  const predictor = { ...readPredictor(predictorOf("p")), model, shadows };
  const versions = new Versions(
    predictor,
    ["x"],
    async () => summing(),
    () => undefined,
  );
  await versions.open();
  return versions.learnersOf("org.acme:a");
}

test("a model whose threshold is changed goes on with what it has learned, as does a shadow with another one", async () => {
  const before = new ThingState(plan(), await learnersOf(builtin("1", 3)));
  for (const revision of [1, 2, 3]) before.learn(seenAt(revision));
  const learners = await learnersOf(builtin("1", 4), [builtin("2", 5)]);
  const restored = ThingState.restored(new ThingState(plan(), learners), before.save(), 3);

  expect(restored?.lacks.size).toBe(0);
  const due = restored?.state.learn(seenAt(4));
  expect([...(due?.said.values() ?? [])]).toEqual([
    { sum: 10, count: 4 },
    { sum: 10, count: 4 },
  ]);
});

/** A past of so many events, each a reading unless said otherwise; `reads` are the first revisions that were asked for. */
function pastOf(revisions: number, eventAt: (revision: number) => object = () => ({})) {
  const reads: number[] = [];
  const pastStates: PastStates = async function* (id, { fromRevision, toRevision = revisions }) {
    if (fromRevision === undefined) return;
    reads.push(fromRevision);
    for (let revision = fromRevision; revision <= toRevision; revision++)
      yield {
        event: {
          ...{ kind: "thing", id, action: "modified", path: X, headers: {}, value: revision },
          ...{ revision, timestamp: revision, ...eventAt(revision) },
        },
        noted: undefined,
        valueAt: () => undefined,
        thing: () => undefined,
      } as PastState;
  };
  return { reads, pastStates };
}

function loadingOf(pastStates: PastStates, stored?: StoredState) {
  const missed: number[] = [];
  const { load } = loading({
    ...{ predictorId: "p", pastStates, plan: plan({ missing: "last" }), pace: new Pace(), debounceMs: 0 },
    store: { states: async () => (stored ? [stored] : []) },
    ...{ looks: { id: "p", isTrigger: () => true }, touched: [X], auth: { subjects: [] } },
    ...{ fingerprint: "f", warmUp: 10, turns: ((task: () => unknown) => task()) as never },
    ...{ activeSince: () => Number.POSITIVE_INFINITY, stop: new AbortController().signal },
    waiting: () => undefined,
    onMissed: ({ revision }) => void missed.push(revision),
    isSkipped: (_, { vector }) => vector.isSkipped,
  });
  return { load, missed };
}

test("a state that is only half caught up with is not stored, and need not stay in memory", async () => {
  const stored: number[] = [];
  const behind = new StatesBehind({
    ...{ room: { left: 1_000_000 }, predictorId: "p", intervalMs: 1, pace: new Pace() },
    store: { putStates: async (_, states) => void stored.push(...states.map(({ revision }) => revision)) },
    onError: () => undefined,
  });
  const things = new Things(10_000);
  const known = knownOf("org.acme:a", new ThingState(plan(), []));
  things.put("p", known);
  behind.settled(known);
  const { promise, resolve } = Promise.withResolvers<void>();
  const predictor = readPredictor(predictorOf("p"));
  const finding = new Finding({
    ...{ predictor, things, behind, fingerprint: "f", isBound: () => true, left: () => undefined },
    ...{ activeSince: 0, versions: { learnersOf: () => [] } as never },
    rights: { look: async () => ({ state: { revision: 9 } }) as never, sample: async () => undefined },
    loading: {
      async load() {
        known.state.takeIn(seenAt(5));
        await promise;
        throw new Error("away");
      },
    },
  });
  const work = { thingId: "org.acme:a", isBehind: true, observations: [] as Seen[] } as Work;
  const found = finding.find(work, () => true).catch((error: Error) => error.message);
  await sleep(30);
  resolve();

  expect(await found).toBe("away");
  await behind.stop();
  expect(stored).toEqual([]);
  expect(things.has("p", "org.acme:a")).toBe(false);
});

const FIRST = 20_000;
test("of a thing that was created again no more is read than its life, though an input was never known", async () => {
  const { reads, pastStates } = pastOf(FIRST, (revision) =>
    revision === FIRST - 50 ? { action: "deleted", path: [] } : {},
  );
  const { state } = await loadingOf(pastStates).load("org.acme:a", [], FIRST);

  expect(state.isSettled).toBe(true);
  expect(Math.min(...reads)).toBeGreaterThan(FIRST - 300);
});

test("an input that was never known has the past read to its furthest once, and not again for another model", async () => {
  const first = pastOf(FIRST);
  const { state } = await loadingOf(first.pastStates).load("org.acme:a", [], FIRST);
  expect(Math.min(...first.reads)).toBe(1);
  const stored = { thingId: "org.acme:a", revision: FIRST, fingerprint: "f", state: state.save() };
  const second = pastOf(FIRST);
  await loadingOf(second.pastStates, stored).load("org.acme:a", [learner(summing())], FIRST);

  expect(second.reads).toEqual([FIRST - 9]);
});

test("what is told to be true is judged of what was missed, and not of what is only learned from", async () => {
  const { pastStates } = pastOf(100);
  const { load, missed } = loadingOf(pastStates);
  const { state } = await load("org.acme:a", [], 97);
  expect(missed).toEqual([]);
  await load("org.acme:a", [], 100, state);

  expect(missed).toEqual([98, 99, 100]);
});

async function openings(error: Error): Promise<{ readonly tries: number; readonly told: number }> {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  let [tries, told] = [0, 0];
  const open = async (): Promise<Model> => {
    tries++;
    throw error;
  };
  const predictor = readPredictor(predictorOf("p", { model: streaming("1") }));
  const versions = new Versions(predictor, ["x"], open, () => void told++);
  await versions.open();
  await vi.advanceTimersByTimeAsync(60_000);
  await versions.close();
  return { tries, told };
}

test("opening a model that can never be opened is not tried again; one that may be is, and told once", async () => {
  const invalid = defineError("predictors:model.invalid", 400, () => ({ message: "no model" }));
  expect(await openings(invalid())).toEqual({ tries: 1, told: 1 });
  expect(await openings(new Error("away"))).toEqual({ tries: 7, told: 1 });
  await sleep(0);
});
