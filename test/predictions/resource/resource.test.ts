// Predictors in a database: commands, starts, history.

import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import { documentReplay } from "../../../src/dispatch/documents/apply-document.ts";
import { cleanUp } from "../../../src/dispatch/history/retention.ts";
import { modelInvalid } from "../../../src/predictions/errors.ts";
import { worldOn } from "../../support/dispatch.ts";
import { builtin, http, jsonOf, operator } from "./predictors.ts";
import { refusalOf, start, useDatabase } from "./world.ts";

const database = useDatabase();
const NOT_FOUND = "404 predictors:predictor.notfound";
const forecast: JsonObject = { ...builtin, name: "forecast", version: "2" };

describe("the resource", () => {
  test("a predictor is created, replaced, patched and deleted, each a revision", async () => {
    const { put, patch, command, read, told } = await start(database.opened);

    expect(await put()).toEqual({ status: 201, revision: 1, value: jsonOf(), etag: '"rev:1"' });
    expect(await put({ description: "d" })).toEqual({ status: 204, revision: 2, etag: '"rev:2"' });
    expect(await patch({ status: "paused" })).toEqual({ status: 204, revision: 3, etag: '"rev:3"' });
    expect(await read()).toMatchObject({
      status: 200,
      revision: 3,
      value: jsonOf({ status: "paused", description: "d" }),
    });
    expect(await command("delete")).toEqual({ status: 204, revision: 4 });
    expect(await refusalOf(read())).toBe(NOT_FOUND);
    expect(await put()).toMatchObject({ status: 201, revision: 5 });
    expect(told).toEqual([
      "watch active 1",
      "watch active 1",
      "watch paused 1",
      "watch gone",
      "watch active 1",
    ]);
  });

  test("conditions are held against the revision", async () => {
    const { put, read, command } = await start(database.opened);
    await put();
    const failed = "412 predictors:precondition.failed";

    expect(await refusalOf(put({}, operator, { "if-match": '"rev:9"' }))).toBe(failed);
    expect(await refusalOf(put({}, operator, { "if-none-match": "*" }))).toBe(failed);
    expect(await refusalOf(command("delete", operator, { "if-match": '"rev:9"' }))).toBe(failed);
    expect(await read(operator, { "if-none-match": '"rev:1"' })).toMatchObject({ status: 304 });
    expect(await put({}, operator, { "if-match": '"rev:1"' })).toMatchObject({ revision: 2 });
  });

  test("predictors survive a restart, and who serves them is told of all", async () => {
    const before = await start(database.opened);
    for (let n = 1; n <= 15; n++) await before.put({ description: `d${n}` });
    await before.put({ id: "other", status: "paused", model: forecast });
    await before.put({ id: "gone" });
    await before.predictors.execute({ id: "gone", caller: operator, headers: {}, action: "delete" });
    await database.restart();

    const after = await start(database.opened);

    const all = { limit: 10 };
    expect(await after.predictors.list(operator, all)).toEqual(await before.predictors.list(operator, all));
    expect(await after.read()).toMatchObject({ revision: 15, value: jsonOf({ description: "d15" }) });
    expect(after.told).toEqual(["other paused 2", "watch active 1"]);
  });

  test("the past can be read, with what is kept of who did it", async () => {
    const { put, read } = await start(database.opened);
    await put();
    await put({ description: "second" });
    await new Promise((resolve) => setTimeout(resolve, 5));
    const between = Date.now();
    await put({ description: "third" });

    expect(await read(operator, { "at-historical-revision": 2 })).toMatchObject({
      status: 200,
      revision: 2,
      value: jsonOf({ description: "second" }),
      headers: { "historical-headers": { "ditto-originator": "nginx:devops", "entity-revision": 2 } },
    });
    expect((await read(operator, { "at-historical-timestamp": between })).value).toMatchObject({
      description: "second",
    });
    expect(await refusalOf(read(operator, { "at-historical-revision": 4 }))).toBe(
      "404 predictors:predictor.history.notfound",
    );
  });

  test("the clean-up of history takes old events, and with them what could be gone back to", async () => {
    const { put, read, command } = await start(database.opened);
    await put({ model: forecast });
    for (let n = 1; n <= 14; n++) await put({ description: `d${n}` });
    const { things, policies } = worldOn(database.opened.journal);
    const rules = {
      thing: things.rules,
      policy: policies.rules,
      connection: documentReplay("connection"),
      predictor: documentReplay("predictor"),
    };
    const settings = { cleanupEnabled: true, historyRetention: -3 * 86_400_000, cleanupQuietPeriod: 1 };
    const log = { info: () => undefined, warn: () => undefined };

    expect(
      await cleanUp({ journal: database.opened.journal, rules, settings, log }, () => Promise.resolve()),
    ).toBeGreaterThan(9);

    expect(await read()).toMatchObject({ revision: 15, value: jsonOf({ description: "d14" }) });
    expect(await refusalOf(read(operator, { "at-historical-revision": 2 }))).toBe(
      "404 predictors:predictor.history.notfound",
    );
    expect(await refusalOf(command("rollback"))).toBe("409 predictors:rollback.impossible");
  });

  test("there are no more predictors than may be, however many come at once", async () => {
    const { put, predictors } = await start(database.opened, {}, { maxPredictors: 3 });

    const replies = await Promise.allSettled(["a", "b", "c", "d", "e"].map((id) => put({ id })));

    expect(replies.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    expect(await refusalOf(put({ id: "f" }))).toBe("409 predictors:predictor.toomany");
    const { predictors: held } = await predictors.list(operator, { limit: 1 });
    const id = held[0]?.id as string;
    expect(await put({ id })).toMatchObject({ status: 204 });
    await predictors.execute({ id, caller: operator, headers: {}, action: "delete" });
    expect(await put({ id: "f" })).toMatchObject({ status: 201 });
  });

  test("what is refused by the models is not recorded", async () => {
    const refuse = async () => {
      throw modelInvalid("No.");
    };
    const { put, read } = await start(
      database.opened,
      {},
      { checks: { validate: refuse, validateFile: refuse } },
    );

    expect(await refusalOf(put())).toBe("400 predictors:model.invalid");
    expect(await refusalOf(read())).toBe(NOT_FOUND);
  });

  test("a list has the fields that are asked for", async () => {
    const { put, predictors } = await start(database.opened);
    await put({ id: "b" });
    await put({ id: "a" });

    const fields = [["id"], ["_revision"], ["model", "name"]];
    expect(await predictors.list(operator, { fields, limit: 10 })).toEqual({
      predictors: [
        { id: "a", _revision: 1, model: { name: "anomaly" } },
        { id: "b", _revision: 1, model: { name: "anomaly" } },
      ],
    });
  });

  test("predictors that are stopped take no commands", async () => {
    const { predictors, put } = await start(database.opened);
    await predictors.stop();

    expect(await refusalOf(put())).toBe("503 predictors:predictor.unavailable");
  });
});

describe("going back", () => {
  test("the model of before comes back, and what else was changed stays", async () => {
    const { put, patch, command, activate, read } = await start(database.opened);
    await put({ model: forecast });
    await patch({ shadow: [builtin] });
    await activate("1");
    await patch({ description: "later" });

    expect(await command("rollback")).toMatchObject({ status: 204, revision: 5 });
    expect((await read()).value).toEqual(jsonOf({ model: forecast, description: "later" }));
    await command("rollback");
    expect((await read()).value).toMatchObject({ model: builtin });
  });

  test("it goes far back, but not beyond a deletion", async () => {
    const { put, patch, command, read } = await start(database.opened);
    await put({ model: http });
    await patch({
      model: {
        ...forecast,
        ...Object.fromEntries(["url", "protocol", "headers", "credentials"].map((key) => [key, null])),
      },
    });
    for (let n = 1; n <= 120; n++) await patch({ description: `d${n}` });
    await command("rollback");
    expect((await read()).value).toMatchObject({ model: http });

    await command("delete");
    await put();
    expect(await refusalOf(command("rollback"))).toBe("409 predictors:rollback.impossible");
  });
});
