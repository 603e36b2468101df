import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../../src/base/json/json.ts";
import {
  type PastStates,
  type PastStatesRange,
  pastStates,
} from "../../../src/dispatch/history/past-states.ts";
import { bindingOf } from "../../../src/predictions/serving/binding.ts";
import { trainingData } from "../../../src/predictions/training/training-data.ts";
import type { AuthContext } from "../../../src/signals/signal.ts";
import { upTo } from "../../journal/appends.ts";
import { ditto, thingId } from "../../support/dispatch.ts";
import { at, past, property, rowsOf, start, tableOf, told, usePast, write } from "./past.ts";
import { input, p, predictorWith } from "./predictors.ts";

const guest: AuthContext = { subjects: ["acme:guest"] };

usePast();
describe("a table", () => {
  test("has a row for each trigger, with what the model would have been given then", async () => {
    await told([1, 2]);
    await told([9], 1_000, "q");
    await told([4]);
    const inputs = [input(), input({ name: "mean", window: { count: 2 }, aggregate: "mean" })];
    expect(await tableOf(predictorWith({ inputs }))).toEqual({
      columns: ["thingId", "revision", "timestamp", "v", "mean"],
      rows: [
        [thingId, 2, "2026-01-01T00:00:01.000Z", 1, 1],
        [thingId, 3, "2026-01-01T00:00:02.000Z", 2, 1.5],
        [thingId, 5, "2026-01-01T00:00:04.000Z", 4, 3],
      ],
    });
  });

  test("is of the range, both ends included, and knows what was before it", async () => {
    await told(upTo(400), 1_000);
    const inputs = [input({ window: { count: 300 }, aggregate: "sum" })];
    const rows = await rowsOf(predictorWith({ inputs }), { from: at(399), to: at(400) });
    expect(rows).toEqual([
      [400, (300 * (100 + 399)) / 2],
      [401, (300 * (101 + 400)) / 2],
    ]);
  });

  test("goes as far back as the inputs need, however much lies between", async () => {
    await told([7]);
    await told(upTo(200), 1_000, "q");
    await told([8]);
    const inputs = [input({ lag: { count: 1 } })];
    expect(await rowsOf(predictorWith({ inputs }), { from: at(201) })).toEqual([[203, 7]]);
  });

  test("ends at the limit, counted over all things", async () => {
    await told([1, 2]);
    const other = "org.acme:second";
    await write("create", "/", { features: { f: { properties: { p: 5 } } } }, 1_000, { id: other });
    past.listed = [thingId, other];
    const ids = (await tableOf(predictorWith(), { limit: 2 })).rows.map(([id]) => id);
    expect(ids).toEqual([thingId, thingId]);
    expect((await tableOf(predictorWith(), { limit: 3 })).rows.at(-1)).toContain(other);
    expect((await tableOf(predictorWith(), { limit: 0 })).rows).toEqual([]);
    expect((await tableOf(predictorWith(), { thingId: other })).rows).toHaveLength(1);
  });

  test("has null for not-a-number, and no row where an input that must be there is missing", async () => {
    await told([1, "x", 3]);
    expect(await rowsOf(predictorWith())).toEqual([
      [2, 1],
      [4, 3],
    ]);
    const inputs = [input({ missing: "nan" })];
    expect(await rowsOf(predictorWith({ inputs }))).toEqual([
      [1, null],
      [2, 1],
      [3, null],
      [4, 3],
    ]);
  });

  test("leaves out what the predictor itself wrote, though its inputs may see it", async () => {
    const out = ["features", "out", "properties", "score"];
    const predictor = predictorWith({
      trigger: { paths: [p, out], debounceMs: 0 },
      inputs: [input({ path: out, missing: { value: 0 } })],
    });
    await told([1]);
    await write("merge", "/features/out", { properties: { score: 0.5 } });
    await told([2]);
    expect(await rowsOf(predictor)).toEqual([
      [1, 0],
      [2, 0],
      [4, 0.5],
    ]);
  });

  test("leaves out moments when the thing was not bound", async () => {
    const predictor = predictorWith({ bind: { filter: 'eq(attributes/state,"on")' } });
    await told([1]);
    await write("modify", "/attributes", { state: "on" });
    await told([2]);
    await write("modify", "/attributes", { state: "off" });
    await told([3]);
    expect(await rowsOf(predictor)).toEqual([[4, 2]]);
    expect(await rowsOf(predictorWith({ bind: { namespaces: ["org.other"] } }))).toEqual([]);
  });

  test("goes through a deletion of the thing", async () => {
    await told([1]);
    await write("delete", "/", undefined);
    await write("create", "/", { policyId: thingId, features: { f: { properties: { p: 5 } } } });
    expect(await rowsOf(predictorWith())).toEqual([
      [2, 1],
      [4, 5],
    ]);
  });

  test("is not there for a thing that is not, and leaves one out that is gone by now", async () => {
    const refusal = tableOf(predictorWith(), { thingId: "org.acme:none" });
    await expect(refusal).rejects.toMatchObject({ code: "things:thing.notfound" });
    await told([1]);
    past.listed = ["org.acme:gone", thingId];
    expect(await rowsOf(predictorWith())).toEqual([[2, 1]]);
  });

  test("has nothing in it that its reader may not read", async () => {
    await told([1]);
    await told([2], 1_000, "q");
    expect(await rowsOf(predictorWith(), {}, guest)).toEqual([]);
    const resources: JsonObject = { [`thing:${property("p")}`]: { grant: ["READ"], revoke: [] } };
    const entry = { subjects: { "acme:guest": { type: "guest" } }, resources };
    await write("modify", "/entries/guest", entry, 0, { kind: "policy" });
    const q = input({ name: "q", path: ["features", "f", "properties", "q"], missing: "nan" });
    const predictor = predictorWith({
      inputs: [input(), q],
      trigger: { paths: [p, q.path], debounceMs: 0 },
    });
    expect(await rowsOf(predictor, {}, guest)).toEqual([[2, 1, null]]);
    expect(await rowsOf(predictor)).toEqual([
      [2, 1, null],
      [3, 1, 2],
    ]);
  });
});

test("a table that nobody waits for any more ends, and nothing is read of the things after", async () => {
  await told(
    Array.from({ length: 600 }, (_, i) => i),
    1,
  );
  past.listed = [thingId, "org.acme:second", "org.acme:third"];
  const gone = new AbortController();
  const read: string[] = [];
  const counted: PastStates = (id, range, auth) => {
    read.push(id);
    return pastStates(past.world.parts)(id, range, auth);
  };
  const boundThings = async function* () {
    yield* past.listed;
  };
  const query = { from: start, to: at(1_000_000), limit: 1_000, signal: gone.signal };
  const table = await trainingData({ pastStates: counted, boundThings, bindingOf })(
    predictorWith(),
    query,
    ditto,
  );

  let rows = 0;
  for await (const _ of table.rows) {
    rows++;
    gone.abort();
  }

  expect(rows).toBeLessThan(600);
  expect(new Set(read)).toEqual(new Set([thingId]));
});

describe("triggers that come close together", () => {
  const q = ["features", "f", "properties", "q"];
  const trigger = { paths: [p], debounceMs: 1_000 };

  test("are one row, of the newest that is looked at by then", async () => {
    await told([1], 10_000);
    await told([2, 3], 400);
    await told([9], 100, "q");
    await told([4], 101);
    await told([5], 5_000);
    expect(await rowsOf(predictorWith({ trigger }))).toEqual([
      [4, 3],
      [6, 4],
      [7, 5],
    ]);
    expect(await rowsOf(predictorWith({ trigger }), { to: at(10) })).toEqual([[4, 3]]);
    const inputs = [input(), input({ name: "q", path: q, missing: { value: 0 } })];
    expect(await rowsOf(predictorWith({ trigger, inputs }))).toEqual([
      [5, 3, 9],
      [6, 4, 9],
      [7, 5, 9],
    ]);
  });

  test("wait from the first of them on, not from what came before", async () => {
    await told([7], 10_000, "q");
    await told([1], 900);
    await told([2], 900);
    const inputs = [input(), input({ name: "q", path: q })];
    expect(await rowsOf(predictorWith({ trigger, inputs }))).toEqual([[4, 2, 7]]);
  });

  test("are no row where the thing is deleted meanwhile", async () => {
    await told([1], 10_000);
    await write("delete", "/", undefined, 200);
    await write("create", "/", { policyId: thingId, features: { f: { properties: { q: 5 } } } }, 200);
    expect(await rowsOf(predictorWith({ trigger }), { from: at(10) })).toEqual([]);
  });
});

describe("after a deletion", () => {
  const again = (p: JsonValue) =>
    write("create", "/", { policyId: thingId, features: { f: { properties: { p } } } });

  test("inputs begin anew, wherever the table begins", async () => {
    await told([1, 2]);
    await write("delete", "/", undefined);
    await again(5);
    await told([6]);
    const inputs = [
      input({ window: { count: 5 }, aggregate: "count" }),
      input({ name: "before", lag: { count: 1 }, missing: "nan" }),
    ];
    const anew = [
      [5, 1, null],
      [6, 2, 5],
    ];
    expect(await rowsOf(predictorWith({ inputs }))).toEqual([[1, 0, null], [2, 1, null], [3, 2, 1], ...anew]);
    expect(await rowsOf(predictorWith({ inputs }), { from: at(4) })).toEqual(anew);
  });

  test("nothing is told of the rows before", async () => {
    await told([1]);
    await write("delete", "/", undefined);
    await again(5);
    await write("modify", "/attributes/failed", true);
    expect(await rowsOf(predictorWith(), { label: ["attributes", "failed"] })).toEqual([
      [2, 1, null],
      [4, 5, true],
    ]);
  });
});

test("what is abandoned while it looks for the beginning reads no further", async () => {
  await told([1]);
  await told(upTo(600), 1, "q");
  await told([2]);
  const gone = new AbortController();
  let read = 0;
  const counted: PastStates = async function* (id, range, auth) {
    for await (const state of pastStates(past.world.parts)(id, range, auth)) {
      if (++read === 20) gone.abort();
      yield state;
    }
  };
  const inputs = [
    input({ lag: { count: 5 } }),
    input({ name: "q", path: ["features", "f", "properties", "q"] }),
  ];
  const { rows } = await tableOf(
    predictorWith({ inputs }),
    { from: Date.now(), signal: gone.signal },
    ditto,
    {
      pastStates: counted,
    },
  );
  expect([rows, read]).toEqual([[], 20]);
});

test("events that concern nothing are passed over", async () => {
  await told([1]);
  await told(upTo(50), 1_000, "noise");
  await told([2]);
  const asked: PastStatesRange[] = [];
  const counted: PastStates = async function* (id, range, auth) {
    asked.push(range);
    yield* pastStates(past.world.parts)(id, range, auth);
  };
  const inputs = [input({ lag: { count: 1 } })];
  const predictor = predictorWith({ inputs, bind: { filter: "exists(_metadata/attributes/a)" } });
  await tableOf(predictor, { label: ["attributes", "failed"] }, ditto, { pastStates: counted });
  const only = [p, ["attributes", "a"], ["attributes", "failed"]];
  expect(asked.length).toBeGreaterThan(1);
  for (const range of asked) expect(range.only).toEqual(only);
});
