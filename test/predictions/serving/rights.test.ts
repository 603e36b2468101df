// What a predictor may not read it does not know, and what it may not write it says.

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import { seenPast } from "../../../src/predictions/serving/seen.ts";
import { batched, echoing, echoOutput, predictorOf, summing } from "./models.ts";
import { OWNER, type ServingWorld, servingWorld, until } from "./world.ts";

let world: ServingWorld;
beforeAll(async () => {
  world = await servingWorld({ 1: summing, echo: echoing });
});
afterAll(() => world[Symbol.asyncDispose]());

const BOT = "nginx:bot";
const all = ["READ", "WRITE"];

/** A policy under which the bot may do so much with things. */
const policyFor = (granted: Readonly<Record<string, { grant: string[]; revoke: string[] }>>): JsonObject => ({
  entries: {
    owner: {
      subjects: { [OWNER]: { type: "t" } },
      resources: Object.fromEntries(
        ["thing:/", "policy:/", "message:/"].map((key) => [key, { grant: all, revoke: [] }]),
      ),
    },
    bot: { subjects: { [BOT]: { type: "t" } }, resources: granted },
  },
});

const only = (...grant: string[]) => ({ grant, revoke: [] });

async function newThing(id: string, policy: JsonObject, x = 1): Promise<string> {
  await world.ask("modify", id, "/", policy, { kind: "policy" });
  await world.ask("create", id, "/", { policyId: id, features: { in: { properties: { x } } } });
  return id;
}

const problemsOf = (id: string) =>
  world.status(id).problems as readonly { kind: string; thingId: string; detail: string }[];
const bot = (id: string, namespace: string, more: JsonObject = {}) =>
  predictorOf(id, { authorizationContext: [BOT], bind: { namespaces: [namespace] }, ...more });

test("with READ on its input and WRITE on its output alone a predictor works", async () => {
  await world.predict(bot("partial", "org.partial"));
  const id = await newThing(
    "org.partial:a",
    policyFor({
      "thing:/features/in/properties/x": only("READ"),
      "thing:/features/out": only("WRITE"),
    }),
  );
  await until(async () => (await world.valueAt(id, "/features/out/properties/sum")) === 1);

  expect(problemsOf("partial")).toEqual([]);
});

test("a thing whose output may not be written keeps its readings to itself, and the status says so", async () => {
  await world.predict(bot("readonly", "org.readonly"));
  const id = await newThing("org.readonly:a", policyFor({ "thing:/": only("READ") }));
  await until(() => problemsOf("readonly").some(({ kind }) => kind === "output-not-writable"));

  expect(problemsOf("readonly").find(({ kind }) => kind === "output-not-writable")?.thingId).toBe(id);
  expect(await world.valueAt(id, "/features/out")).toBeUndefined();
});

test("a write that is revoked becomes a problem, and none any more once it is given back", async () => {
  const open = policyFor({ "thing:/": only("READ", "WRITE") });
  const closed = policyFor({
    "thing:/": only("READ", "WRITE"),
    "thing:/features/out": { grant: [], revoke: ["WRITE"] },
  });
  await world.predict(bot("revoked", "org.revoked"));
  const id = await newThing("org.revoked:a", open);
  await until(async () => (await world.predictions(id, "out")).length === 1);
  await world.ask("modify", id, "/", closed, { kind: "policy" });
  await world.ask("modify", id, "/features/in/properties/x", 2);
  await until(() => problemsOf("revoked").some(({ kind }) => kind === "output-not-writable"));
  expect((await world.predictions(id, "out")).length).toBe(1);

  await world.ask("modify", id, "/", open, { kind: "policy" });
  await world.ask("modify", id, "/features/in/properties/x", 3);
  await until(async () => (await world.predictions(id, "out")).length === 2);
  await until(() => !problemsOf("revoked").some(({ kind }) => kind === "output-not-writable"));
});

test("a definition is written only where there is none, and where it may not be written the status names it", async () => {
  const output = {
    feature: "out",
    definition: ["org.acme:sum:1.0.0"],
    properties: { sum: "sum", count: "count" },
  };
  const leaves = {
    "thing:/features/in": only("READ"),
    "thing:/features/out/properties": only("WRITE"),
  };
  const closed = await newThing("org.defining:a", policyFor(leaves));
  await world.predict(bot("defining", "org.defining", { output }));
  const without = () => problemsOf("defining").find(({ thingId }) => thingId === closed);
  await until(() => without() !== undefined);
  expect(without()?.detail).toBe("WRITE on thing:/features/out/definition is missing.");

  const open = await newThing(
    "org.defining:b",
    policyFor({ ...leaves, "thing:/features/out": only("WRITE") }),
  );
  await until(async () => (await world.valueAt(open, "/features/out/properties/sum")) === 1);
  expect(await world.valueAt(open, "/features/out/definition")).toEqual(output.definition);
  await world.ask("modify", open, "/features/out/definition", ["org.acme:other:1.0.0"]);
  await world.ask("modify", open, "/features/in/properties/x", 2);
  await until(async () => (await world.valueAt(open, "/features/out/properties/sum")) === 3);
  expect(await world.valueAt(open, "/features/out/definition")).toEqual(["org.acme:other:1.0.0"]);

  const given = { out: { definition: ["org.acme:other:1.0.0"] }, in: { properties: { x: 1 } } };
  await world.ask("modify", closed, "/features", given);
  await until(async () => (await world.valueAt(closed, "/features/out/properties/count")) === 2);
  await until(() => without() === undefined);
});

test("a predictor that sees no events says whether it may read its input", async () => {
  const id = await newThing("org.blind:a", policyFor({ "thing:/attributes": only("READ") }));
  await newThing("org.blind:b", policyFor({}));
  await world.predict(bot("blind", "org.blind"));
  await until(() => problemsOf("blind").length > 0);

  const told = problemsOf("blind").map(({ kind, thingId, detail }) => [kind, thingId, detail]);
  expect(told.sort()).toEqual([
    ["input-not-readable", id, "READ on thing:/features/in/properties/x is missing."],
    ["output-not-writable", id, "WRITE on thing:/features/out/properties/sum is missing."],
  ]);
});

test("whether there are things that nothing may be read of is not told", async () => {
  await newThing("org.hidden:a", policyFor({}));
  await world.predict(bot("hidden", "org.hidden"));
  await world.predict(bot("empty", "org.empty"));
  await until(() => problemsOf("hidden").length > 0 && problemsOf("empty").length > 0);
  const told = (id: string) => problemsOf(id).map(({ kind, thingId, detail }) => ({ kind, thingId, detail }));

  expect(told("hidden")).toEqual(told("empty"));
});

test("a prediction that its own have led to is known as one in the past, though its metadata may not be read", async () => {
  const id = await newThing(
    "org.chained:a",
    policyFor({ "thing:/features/in/properties/x": only("READ"), "thing:/features/out": only("WRITE") }),
  );
  const chain = { predictor: "other", chain: ["me", "other"] };
  await world.ask(
    "merge",
    id,
    "/features/in",
    { properties: { x: 2, hidden: 3 } },
    {
      headers: { "put-metadata": [{ key: "/properties/x/prediction", value: chain }] },
    },
  );
  const told: unknown[] = [];
  const looks = { id: "me", isTrigger: () => true };
  for await (const past of world.twins.pastStates(id, { fromRevision: 2 }, { subjects: [BOT] }))
    told.push([past.event.value, past.event.metadata, seenPast(looks, past).isTrigger]);

  expect(told).toEqual([[{ properties: { x: 2 } }, undefined, false]]);
});

test("a filter does not tell what a predictor may not read", async () => {
  await world.predict(
    bot("spy", "org.spy", {
      bind: { namespaces: ["org.spy"], filter: 'eq(attributes/secret,"yes")' },
      ...{ model: batched("echo"), output: echoOutput },
    }),
  );
  const policy = policyFor({
    "thing:/": only("READ", "WRITE"),
    "thing:/attributes/secret": { grant: [], revoke: ["READ"] },
  });
  const id = await newThing("org.spy:a", policy);
  await world.ask("modify", id, "/attributes/secret", "yes");
  await world.ask("modify", id, "/features/in/properties/x", 2);
  await sleep(200);

  expect(await world.predictions(id, "out")).toEqual([]);
});
