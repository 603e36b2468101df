// Who may do what with a predictor, and that nobody takes over what another one may.

import { beforeEach, expect, test } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import type { Caller } from "../../../src/predictions/predictors-api.ts";
import { builtin, http, jsonOf, operator, someone } from "./predictors.ts";
import { granted, owned, refusalOf, start, useDatabase, type World } from "./world.ts";

const database = useDatabase();
const NOT_FOUND = "404 predictors:predictor.notfound";
const NOT_MODIFIABLE = "403 predictors:predictor.notmodifiable";
const forecast: JsonObject = { ...builtin, name: "forecast", version: "2" };

let world: World;
beforeEach(async () => {
  world = await start(database.opened, granted);
  await world.put(owned);
  await world.upload("f1");
});

type Act = (caller: Caller) => Promise<unknown>;
const asked = (caller: Caller) => ({ id: "watch", caller, headers: {} });
const query = { from: 0, to: 1, limit: 1 };
const acts: Readonly<Record<string, Act>> = {
  "reading it": (caller) => world.read(caller),
  "reading its past": (caller) => world.read(caller, { "at-historical-revision": 1 }),
  "reading its status": (caller) => world.predictors.status(asked(caller)),
  "listing its files": (caller) => world.predictors.files(asked(caller)),
  "reading a file": (caller) => world.predictors.getFile(asked(caller), "f1"),
  "putting it": (caller) => world.put(owned, caller),
  "patching it": (caller) => world.patch({ description: "x" }, caller),
  "deleting it": (caller) => world.command("delete", caller),
  "activating a version": (caller) => world.activate("1", caller),
  "going back": (caller) => world.command("rollback", caller),
  "uploading a file": (caller) => world.upload("f2", "x", caller),
  "deleting a file": (caller) => world.predictors.deleteFile(asked(caller), "f1"),
  "resetting its baseline": (caller) => world.predictors.resetBaseline(asked(caller)),
  "its training data": (caller) => world.predictors.trainingData(asked(caller), query),
};
const reads = ["reading it", "reading its past", "reading its status", "listing its files", "reading a file"];
const trains = "its training data";
const writes = Object.keys(acts).filter((act) => !reads.includes(act) && act !== trains);
const refused = (act: string, who: string): Promise<string> => refusalOf((acts[act] as Act)(someone(who)));

test.each(Object.keys(acts))("%s is refused to a stranger as if there were nothing", async (act) => {
  expect(await refused(act, "acme:stranger")).toBe(NOT_FOUND);
  expect(await refused(act, "acme:other")).toBe(NOT_FOUND);
});

test.each(writes)("%s is refused to who may only read", async (act) => {
  expect(await refused(act, "acme:reader")).toBe(NOT_MODIFIABLE);
  expect(await refused(act, "acme:trainer")).toBe(NOT_MODIFIABLE);
});

test.each(reads)("%s is allowed to who may read, and not to who may only write", async (act) => {
  await (acts[act] as Act)(someone("acme:reader"));

  expect(await refused(act, "acme:blind")).toBe(NOT_FOUND);
});

test("training data need EXECUTE, and are those that the caller may read himself", async () => {
  expect(await refused(trains, "acme:writer")).toBe("403 predictors:trainingdata.notallowed");

  await (acts[trains] as Act)(someone("acme:trainer"));
  await (acts[trains] as Act)(operator);
  expect(world.trained.map(([, subjects]) => subjects)).toEqual([["acme:trainer"], ["acme:writer"]]);
});

test("who may write puts, patches, activates and deletes", async () => {
  const writer = someone("acme:writer");
  await world.patch({ shadow: [forecast] }, writer);
  await world.activate("2", writer);
  await world.command("rollback", writer);
  await world.put(owned, writer);
  await world.upload("f2", "x", writer);

  expect(await world.command("delete", writer)).toMatchObject({ status: 204 });
  expect(await world.put(owned, writer)).toMatchObject({ status: 201 });
});

test.each([
  ["names no policy", {}, NOT_MODIFIABLE],
  ["names a policy that grants him nothing", { policyId: "org.acme:other" }, NOT_MODIFIABLE],
  ["names a policy that is not there", { policyId: "org.acme:nowhere" }, NOT_MODIFIABLE],
  [
    "acts for others",
    { policyId: "org.acme:models", authorizationContext: ["acme:writer", "nginx:admin"] },
    "403 predictors:subjects.notallowed",
  ],
])("nobody but an operator creates a predictor that %s", async (_what, fields, refusal) => {
  const all = { id: "new", authorizationContext: ["acme:writer"], ...fields };

  expect(await refusalOf(world.put(all, someone("acme:writer")))).toBe(refusal);
  expect(await world.put(all)).toMatchObject({ status: 201 });
});

test("a predictor is given to another policy only by who may write by both", async () => {
  const move = { policyId: "org.acme:other" };

  expect(await refusalOf(world.patch(move, someone("acme:writer")))).toBe(NOT_MODIFIABLE);
  expect(await refusalOf(world.patch(move, someone("acme:other")))).toBe(NOT_FOUND);
  expect(await refusalOf(world.patch({ policyId: null }, someone("acme:writer")))).toBe(NOT_MODIFIABLE);
  expect(await world.patch(move, someone("acme:writer", "acme:other"))).toMatchObject({ status: 204 });
});

test("nobody takes over what another one may, neither by subjects nor by what a predictor does for them", async () => {
  const writer = someone("acme:writer");
  const notAllowed = "403 predictors:subjects.notallowed";
  expect(await refusalOf(world.patch({ authorizationContext: ["nginx:admin"] }, writer))).toBe(notAllowed);

  await world.patch({ authorizationContext: ["nginx:admin"] });
  expect(await refusalOf(world.patch({ output: { feature: "doors" } }, writer))).toBe(notAllowed);
  expect(await refusalOf(world.patch({ bind: { namespaces: null } }, writer))).toBe(notAllowed);
  expect(await world.patch({ status: "paused" }, writer)).toMatchObject({ status: 204 });
  expect(await world.patch({ authorizationContext: ["acme:writer"] }, writer)).toMatchObject({
    status: 204,
  });
});

const at = (url: string): JsonObject => ({ ...http, url });

test.each([
  ["http://127.0.0.1:9000/admin", false],
  ["https://models.example.org/v2", true],
  ["https://models.example.org:443/v2", true],
  ["https://MODELS.example.org/v2", true],
  ["https://models.example.org:8443/v2", false],
  ["https://models.example.org.evil.net/v2", false],
  ["https://evil.net/?models.example.org", false],
  ["https://mlserver:8080/v2", true],
  ["https://mlserver/v2", false],
  ["https://[::1]:8080/v2", true],
  ["https://[::1]/v2", false],
])("that %s may be asked for who is no operator: %s", async (url, isAllowed) => {
  const hosts = ["models.example.org", "mlserver:8080", "[::1]:8080"];
  const { put } = await start(database.opened, granted, { httpHosts: hosts });
  const writer = someone("acme:writer");
  const refusal = "403 predictors:model.notallowed";

  for (const fields of [
    { model: at(url) },
    { shadow: [at(url)] },
    { canary: { share: 0.5, model: at(url) } },
  ]) {
    const putting = put({ ...owned, ...fields }, writer);
    if (isAllowed) expect(await putting).toMatchObject({ status: 204 });
    else expect(await refusalOf(putting)).toBe(refusal);
  }
  expect(await put({ ...owned, model: at(url) })).toMatchObject({ status: 204 });
});

test("a server that an operator named stays where others change something else, and is asked for nothing else", async () => {
  const { put, patch, command } = await start(database.opened, granted, { httpHosts: [] });
  const writer = someone("acme:writer");
  const elsewhere = { url: "http://localhost/", headers: null, credentials: null };
  await put({ ...owned, model: http, canary: { share: 0.5, model: { ...http, version: "h2" } } });
  const refusal = "403 predictors:model.notallowed";

  expect(await patch({ model: { timeout: "3s" } }, writer)).toMatchObject({ status: 204 });
  expect(await patch({ output: { feature: "doors" } }, writer)).toMatchObject({ status: 204 });
  expect(await refusalOf(patch({ model: { url: "https://models.example.org/admin" } }, writer))).toBe(
    refusal,
  );
  expect(await refusalOf(patch({ canary: { model: elsewhere } }, writer))).toBe(refusal);
  expect(await put({ ...owned, model: builtin }, writer)).toBeDefined();
  expect(await refusalOf(command("rollback", writer))).toBe(refusal);
});

test("nobody but an operator has more predictors act for a subject than may be", async () => {
  const { put, patch } = await start(database.opened, granted, { maxOfSubject: 2 });
  const writer = someone("acme:writer", "acme:all");
  const toomany = "409 predictors:predictor.toomany";
  const [first, second] = await Promise.all([
    put({ ...owned, id: "a" }, writer),
    refusalOf(put({ ...owned, id: "b" }, writer)),
  ]);

  expect(first).toMatchObject({ status: 201 });
  expect(second).toBe(toomany);
  expect(await put({ ...owned, id: "a", description: "again" }, writer)).toMatchObject({ status: 204 });
  const other = { ...owned, id: "b", authorizationContext: ["acme:all"] };
  expect(await put(other, writer)).toMatchObject({ status: 201 });
  expect(await refusalOf(patch({ authorizationContext: ["acme:writer"] }, writer, "b"))).toBe(toomany);
  expect(await put({ ...owned, id: "c" })).toMatchObject({ status: 201 });
});

test("a predictor without a policy is the operators' alone", async () => {
  await world.put({ id: "watch", authorizationContext: ["acme:all"] });

  for (const act of Object.values(acts)) expect(await refusalOf(act(someone("acme:all")))).toBe(NOT_FOUND);
});

test("a list has what the caller may see", async () => {
  await world.put({ id: "hidden" });

  const listed = async (caller: Caller) => (await world.predictors.list(caller, { limit: 10 })).predictors;
  expect(await listed(someone("acme:reader"))).toEqual([jsonOf(owned)]);
  expect(await listed(someone("acme:stranger"))).toEqual([]);
  expect(await listed(operator)).toHaveLength(2);
});
