// Piggyback commands to search: what they set going, and what operators are told.

import { EventEmitter } from "node:events";
import { expect, test, vi } from "vitest";
import {
  type IndexCare,
  isSearchPiggyback,
  searchPiggyback,
} from "../../../src/gateway/http/devops/search-piggyback.ts";

function caring(rebuild: IndexCare["rebuild"] = async () => ({ things: 1 })) {
  const care = {
    rebuild: vi.fn(rebuild),
    check: vi.fn(async () => ({})),
    health: () => ({ waiting: 3 }),
    onFault: vi.fn(),
  };
  const send = async (body: unknown, query = "", method = "POST") => {
    const incoming = Object.assign(new EventEmitter(), {
      method,
      url: `/devops/piggyback/search${query}`,
      headers: {},
    });
    const answered = searchPiggyback(incoming as never, care);
    if (body !== undefined) incoming.emit("data", Buffer.from(JSON.stringify(body)));
    incoming.emit("end");
    return answered;
  };
  return { care, send };
}

const shutdown = (headers: object = {}) => ({
  headers,
  piggybackCommand: { type: "common.commands:shutdown" },
});
const update = (thingId: unknown) => ({
  piggybackCommand: { type: "thing-search.sudo.commands:sudoUpdateThing", thingId },
});

test("they go to search, to any of its instances", () => {
  const paths = ["search", "search/1", "search/", "searching", "things", "search/1/2"];
  expect(paths.map((path) => isSearchPiggyback(`/devops/piggyback/${path}`))).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});

test("one thing is written anew, and that it is done is told", async () => {
  const { care, send } = caring();

  const response = await send(update("org.acme:t"));

  expect(care.rebuild).toHaveBeenCalledExactlyOnceWith({ id: "org.acme:t" });
  expect(await response.json()).toMatchObject({ status: 204, thingId: "org.acme:t" });
});

test("nobody waits who says so, or longer than they say", async () => {
  const { send } = caring(() => new Promise(() => undefined));

  expect((await send(update("org.acme:t"), "?timeout=0")).status).toBe(202);
  expect((await send(update("org.acme:t"), "?timeout=5ms")).status).toBe(408);
});

test("all things are written anew, or those of namespaces", async () => {
  const { care, send } = caring();

  const response = await send(shutdown({ "force-update": true }));
  expect(await response.json()).toMatchObject({ type: "common.responses:shutdown", status: 200 });
  expect(care.rebuild).toHaveBeenCalledExactlyOnceWith("all");

  await send(shutdown({ "force-update": true, namespaces: ["org.a", "org.b"] }));
  await vi.waitFor(() => expect(care.rebuild).toHaveBeenCalledTimes(3));
  expect(care.rebuild.mock.calls.slice(1)).toEqual([[{ namespace: "org.a" }], [{ namespace: "org.b" }]]);
});

test("without force the index is compared with the journal", async () => {
  const { care, send } = caring();

  await send(shutdown());

  expect(care.check).toHaveBeenCalledOnce();
  expect(care.rebuild).not.toHaveBeenCalled();
});

test("how the index is doing is told", async () => {
  const { send } = caring();

  const response = await send({ piggybackCommand: { type: "status.commands:retrieveHealth" } });

  expect(await response.json()).toMatchObject({
    statusInfo: { status: "UP", details: [{ INFO: { waiting: 3 } }] },
  });
});

test("what fails later is reported", async () => {
  const fault = new Error("the database is gone");
  const { care, send } = caring(() => Promise.reject(fault));

  await send(shutdown({ "force-update": true }));

  await vi.waitFor(() => expect(care.onFault).toHaveBeenCalledWith(fault));
});

test.each([
  [
    "another type",
    { piggybackCommand: { type: "namespaces.commands:blockNamespace" } },
    "json.type.notparsable",
  ],
  ["no command", {}, "json.field.missing"],
  ["no object", [1], "json.field.missing"],
  ["no ID", update("nonsense"), "things:id.invalid"],
  ["nothing", undefined, "json.format.invalid"],
  ["too much", update("x".repeat(70_000)), "json.invalid"],
])("%s is refused", async (_, body, code) => {
  const { care, send } = caring();

  await expect(send(body)).rejects.toMatchObject({ code });
  expect(care.rebuild).not.toHaveBeenCalled();
});

test("they are posted", async () => {
  const { send } = caring();
  expect((await send(undefined, "", "GET")).status).toBe(405);
});
