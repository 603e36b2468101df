// The secrets of predictors: how they are kept, and whom they are told.

import { expect, test } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import { http, operator, someone } from "./predictors.ts";
import { granted, owned, refusalOf, sealing, start, useDatabase } from "./world.ts";

const database = useDatabase();
const NOT_FOUND = "404 predictors:predictor.notfound";

const secret = { ...owned, model: http, shadow: [{ ...http, version: "h2" }] };
const reader = someone("acme:reader");
const isTold = (told: unknown): boolean => /very-secret-token|key-in-a-header/.test(JSON.stringify(told));

test("they are nowhere in rows and snapshots, and come back after a restart", async () => {
  const { put } = await start(database.opened, granted);
  await put(secret);
  for (let n = 1; n <= 12; n++) await put({ ...secret, description: `d${n}` });

  const { journal } = database.opened;
  const rows = [
    await journal.readEvents("predictor", "watch", 1, 100, 100),
    await journal.load("predictor", "watch"),
    await journal.loadAt("predictor", "watch", { revision: 12 }, 100),
  ];
  expect(JSON.stringify(rows)).toContain("encrypted_");
  expect(isTold(rows)).toBe(false);
  const after = await start(database.opened, granted);
  expect((await after.read()).value).toMatchObject(secret);
});

test("operators are shown them, others stars, in every answer", async () => {
  const { put, read, predictors } = await start(database.opened, granted);
  const created = await put({ ...secret, id: "mine" }, someone("acme:writer"));
  await put(secret);
  await put({ ...secret, description: "second" });

  expect(isTold(await read())).toBe(true);
  const stars = { headers: { "x-key": "***" }, credentials: { type: "bearer", token: "***" } };
  expect((await read(reader)).value).toMatchObject({ model: stars, shadow: [stars] });
  const told = [
    created,
    await read(reader),
    await read(reader, { "at-historical-revision": 1 }),
    await predictors.retrieve({
      id: "watch",
      caller: reader,
      headers: {},
      fields: [["model", "credentials"], ["shadow"]],
    }),
    await predictors.list(reader, { limit: 10 }),
    await predictors.list(reader, { fields: [["model", "headers"]], limit: 10 }),
    await predictors.status({ id: "watch", caller: reader, headers: {} }),
  ];
  expect(isTold(told)).toBe(false);
  expect(JSON.stringify(told[3])).toContain("***");
});

test("who may write but not know them keeps them as they are, for the same server only", async () => {
  const { put, read, patch } = await start(database.opened, granted);
  await put(secret);
  const writer = someone("acme:writer");
  const { id: _id, ...seen } = (await read(writer)).value as JsonObject;

  await put({ ...seen, description: "mine" }, writer);

  expect((await read()).value).toMatchObject({ ...secret, description: "mine" });
  expect(await refusalOf(patch({ model: { url: "https://thief.example.org" } }, writer))).toBe(
    "400 predictors:predictor.invalid",
  );
});

test("a predictor whose key is lost is told to the log, and can be replaced and deleted", async () => {
  const before = await start(database.opened, granted);
  for (const id of ["watch", "two"]) await before.put({ ...secret, id });
  const lost = {
    ...sealing,
    open: () => {
      throw new Error("another key");
    },
  };

  const { told, read, put, patch, predictors } = await start(database.opened, granted, { secrets: lost });

  expect(told).toEqual(["a predictor cannot be read", "a predictor cannot be read"]);
  expect(await refusalOf(read())).toBe("400 predictors:predictor.invalid");
  expect(await refusalOf(patch({ status: "paused" }))).toBe("400 predictors:predictor.invalid");
  expect(await put(owned)).toMatchObject({ status: 204, revision: 2 });
  expect(await refusalOf(read(someone("acme:stranger")))).toBe(NOT_FOUND);
  const deleting = { id: "two", caller: operator, headers: {}, action: "delete" } as const;
  expect(await predictors.execute(deleting)).toMatchObject({ status: 204 });
});
