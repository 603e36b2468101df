// `/api/2/connections`: what operators are answered (recorded/connections-mqtt.jsonl, connectivity-manage-connections page).

import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/base/json/json.ts";
import { httpApp } from "../../src/gateway/http/app.ts";
import { HeldJournal } from "../support/journal.ts";
import { basic, type ConnectionsWorld, connectionsWorld, recorded } from "./connections-world.ts";

const all = "/api/2/connections";
const one = `${all}/bridge`;
const closed = { ...recorded, connectionStatus: "closed" };

const asJson = async (answer: Response) => (await answer.json()) as JsonObject;
const refusalOf = async (answer: Response) => {
  const { status, error } = await asJson(answer);
  expect(answer.status).toBe(status);
  return `${status} ${error}`;
};
const namesOf = (answer: Response) => [...answer.headers.keys()].sort();

async function withBridge(behaviour: Parameters<typeof connectionsWorld>[0] = {}, body: object = recorded) {
  const world = await connectionsWorld(behaviour);
  expect((await world.send(`PUT ${one}`, { body })).status).toBe(201);
  return world;
}

const untilOpen = async ({ send }: ConnectionsWorld) => {
  const { liveStatus } = await asJson(await send(`GET ${one}/status`));
  if (liveStatus !== "open") throw new Error(`it is ${liveStatus}`);
};

test("all paths of connections, and none beside them, lead there", async () => {
  const app = httpApp({
    ...{ things: { base: "/api/2/things" }, policies: { base: "/api/2/policies" }, searches: {} },
    ops: (path: string) => new Response(`operators: ${path}`),
  } as never);
  const ask = async (url: string) => {
    const incoming = { url, headers: {} };
    return (await app.fetch(new Request(`http://example.org${url}`), { incoming } as never)).text();
  };

  for (const path of [all, `${all}/`, one, `${one}/logs`]) expect(await ask(path)).toBe(`operators: ${path}`);
  expect(await ask("/api/2/connectionsx")).not.toContain("operators");
});

test("only operators are let in", async () => {
  await using world = await connectionsWorld();

  const nobody = await world.send(`GET ${all}`, { headers: { authorization: basic("devops:stat") } });

  expect(nobody.status).toBe(401);
  expect(nobody.headers.get("www-authenticate")).toBe('Basic realm="DITTO-DEVOPS",charset=UTF-8');
  expect((await world.send(`GET ${all}`)).status).toBe(200);
});

describe("creating", () => {
  test("answers the connection with an ID that the server chose, where it is, and the headers that Ditto answers", async () => {
    await using world = await connectionsWorld();

    const answer = await world.send(`POST ${all}`, { body: recorded });

    const { id, ...created } = await asJson(answer);
    expect(answer.status).toBe(201);
    expect(answer.headers.get("location")).toBe(`http://example.org${all}/${id}`);
    expect(answer.headers.get("entity-revision")).toBe("1");
    expect(namesOf(answer)).toEqual(
      ["content-type", "correlation-id", "entity-revision", "location", "response-required"].sort(),
    );
    expect(created).toMatchObject({
      ...recorded,
      validateCertificates: true,
      processorPoolSize: 1,
      tags: [],
    });
  });

  test("opens the connection without being waited for, and one that cannot be made is told of by its status and logs", async () => {
    await using world = await withBridge({ open: () => Promise.reject(new Error("nobody listens")) });
    await new Promise((resolve) => setImmediate(resolve));

    const status = await asJson(await world.send(`GET ${one}/status`));
    const { connectionLogs } = await asJson(await world.send(`GET ${one}/logs`));

    expect(status).toMatchObject({ connectionStatus: "open", liveStatus: "failed" });
    expect(JSON.stringify(connectionLogs)).toContain("nobody listens");
  });

  test("of one that has an ID already is refused, and a connection without a status is not opened", async () => {
    await using world = await connectionsWorld();
    const { connectionStatus: _, ...unsaid } = recorded;

    expect(await refusalOf(await world.send(`POST ${all}`, { body: { ...recorded, id: "x" } }))).toBe(
      "400 connectivity:id.notsettable",
    );
    expect(await asJson(await world.send(`POST ${all}`, { body: unsaid }))).toMatchObject({
      connectionStatus: "unknown",
    });
  });

  test("refuses a bad body, and as Ditto tells nothing of its headers", async () => {
    await using world = await connectionsWorld();

    const answer = await world.send(`POST ${all}`, { body: { bad: 1 } });

    expect(namesOf(answer)).toEqual(["content-type"]);
    expect(await refusalOf(answer)).toBe("400 json.field.missing");
    expect(await refusalOf(await world.send(`POST ${all}`, { body: "[1" }))).toBe("400 json.invalid");
    expect(await refusalOf(await world.send(`POST ${all}`, { body: [] }))).toBe("400 json.invalid");
    expect(
      await refusalOf(await world.send(`POST ${all}`, { body: {}, headers: { "content-type": "text/xml" } })),
    ).toBe("415 mediatype.unsupported");
    expect(await refusalOf(await world.send(`POST ${all}`, { body: "x".repeat(30_000) }))).toBe(
      "400 connectivity:connection.configuration.invalid",
    );
  });
});

describe("a dry run", () => {
  test("tries the connection, answers as Ditto does, and leaves nothing behind", async () => {
    await using world = await connectionsWorld();

    const answer = await world.send(`POST ${all}?dry-run=true`, { body: { ...recorded, id: "bridge" } });

    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe("");
    expect(Object.fromEntries(answer.headers)).toEqual({
      "correlation-id": expect.any(String),
      ...{ "dry-run": "true", timeout: "15000", "response-required": "false" },
    });
    expect(world.clients[0]?.calls).toEqual(["open", "close"]);
    expect(await (await world.send(`GET ${all}`)).json()).toEqual([]);
  });

  test("tells why it failed", async () => {
    await using world = await connectionsWorld({ open: () => Promise.reject(new Error("wrong password")) });

    const answer = await world.send(`POST ${all}?dry-run=true`, { body: recorded });

    expect(answer.status).toBe(504);
    expect(await asJson(answer)).toMatchObject({
      error: "connectivity:connection.failed",
      description: expect.stringContaining("wrong password"),
    });
  });
});

describe("reading", () => {
  test("answers the connection with its revision and tag, or that it is known", async () => {
    await using world = await withBridge();

    const answer = await world.send(`GET ${one}`);

    expect(await asJson(answer)).toMatchObject({ ...recorded, id: "bridge" });
    expect(namesOf(answer)).toEqual(
      ["content-type", "correlation-id", "entity-revision", "etag", "response-required"].sort(),
    );
    expect(answer.headers.get("etag")).toBe('"rev:1"');
    const known = await world.send(`GET ${one}`, { headers: { "if-none-match": '"rev:1"' } });
    expect(known.status).toBe(304);
  });

  test("fields are selected, also those that are not told otherwise", async () => {
    await using world = await withBridge();

    expect(await asJson(await world.send(`GET ${one}?fields=name,_revision`))).toEqual({
      ...{ name: "mqtt-gold", _revision: 1 },
    });
    expect(await (await world.send(`GET ${all}?fields=id,_revision`)).json()).toEqual([
      { id: "bridge", _revision: 1 },
    ]);
    expect(await refusalOf(await world.send(`GET ${one}?fields=(`))).toBe("400 json.fieldselector.invalid");
  });

  test("a list of IDs is given where that is asked for, in either way", async () => {
    await using world = await withBridge();
    await world.send(`PUT ${all}/another`, { body: closed });

    for (const query of ["ids-only=true", "fields=id"])
      expect(await (await world.send(`GET ${all}?${query}`)).json()).toEqual(["another", "bridge"]);
    expect(await (await world.send(`GET ${all}`)).json()).toMatchObject([
      { id: "another" },
      { id: "bridge" },
    ]);
  });

  test("the past is read by revision", async () => {
    await using world = await withBridge({}, closed);
    await world.send(`PUT ${one}`, { body: { ...closed, name: "new" } });

    const past = await world.send(`GET ${one}`, { headers: { "at-historical-revision": "1" } });

    expect(await asJson(past)).toMatchObject({ name: "mqtt-gold" });
    expect(past.headers.has("historical-headers")).toBe(true);
  });

  test("what is not there is not found, and what is no ID is refused", async () => {
    await using world = await connectionsWorld();

    for (const path of ["", "/status", "/metrics", "/logs"])
      expect(await refusalOf(await world.send(`GET ${all}/nope${path}`))).toBe(
        "404 connectivity:connection.notfound",
      );
    expect(namesOf(await world.send(`GET ${all}/nope`))).toEqual(["content-type", "correlation-id"]);
    expect(await refusalOf(await world.send(`GET ${all}/no%20pe`))).toBe(
      "400 connectivity:connection.id.invalid",
    );
    expect((await world.send(`GET ${one}/nothing`)).status).toBe(404);
    expect((await world.send(`PATCH ${one}`)).status).toBe(405);
    expect((await world.send(`POST ${one}`)).headers.get("allow")).toBe("GET, PUT, DELETE");
  });
});

describe("changing", () => {
  test("a PUT modifies what is there, and opens it anew", async () => {
    await using world = await withBridge();

    const answer = await world.send(`PUT ${one}`, { body: { ...recorded, name: "new" } });

    expect([answer.status, answer.headers.get("entity-revision")]).toEqual([204, "2"]);
    expect(world.clients).toHaveLength(2);
    expect(await refusalOf(await world.send(`PUT ${one}`, { body: { ...recorded, id: "other" } }))).toBe(
      "400 connectivity:id.notsettable",
    );
    const outdated = { body: recorded, headers: { "if-match": '"rev:1"' } };
    expect(await refusalOf(await world.send(`PUT ${one}`, outdated))).toBe(
      "412 connectivity:precondition.failed",
    );
  });

  test("a deletion closes it, and what was noted of it is gone", async () => {
    await using world = await withBridge();

    const answer = await world.send(`DELETE ${one}`);

    expect([answer.status, answer.headers.get("entity-revision")]).toEqual([204, "2"]);
    expect(world.clients[0]?.calls).toContain("close");
    expect((await world.send(`GET ${one}`)).status).toBe(404);
  });

  test("a start opens what is to be open", async () => {
    const journal = new HeldJournal({ flowing: true });
    const before = await connectionsWorld({}, journal);
    await before.send(`PUT ${one}`, { body: recorded });
    await before.send(`PUT ${all}/another`, { body: closed });
    await before[Symbol.asyncDispose]();

    await using after = await connectionsWorld({}, journal);
    await new Promise((resolve) => setImmediate(resolve));

    await untilOpen(after);
    expect(after.clients).toHaveLength(1);
  });

  test("who waits no longer than he wants is told so, and it happens all the same", async () => {
    await using world = await withBridge(
      { open: () => new Promise((resolve) => setTimeout(resolve, 100)) },
      closed,
    );

    const answer = await world.send(`PUT ${one}`, { body: recorded, headers: { timeout: "20ms" } });

    expect(await refusalOf(answer)).toBe("408 command.timeout");
    await new Promise((resolve) => setTimeout(resolve, 150));
    await untilOpen(world);
    expect(await refusalOf(await world.send(`GET ${one}`, { headers: { timeout: "2m" } }))).toBe(
      "400 gateway:timeout.invalid",
    );
  });
});

describe("commands", () => {
  const command = (world: ConnectionsWorld, name: string) =>
    world.send(`POST ${one}/command`, {
      body: `connectivity.commands:${name}`,
      headers: { "content-type": "text/plain" },
    });

  test("open and close a connection, whose status and insight are as Ditto tells them then", async () => {
    await using world = await withBridge();

    const closing = await command(world, "closeConnection");
    expect([closing.status, await closing.text(), closing.headers.get("entity-revision")]).toEqual([
      200,
      "",
      "2",
    ]);
    expect(await asJson(await world.send(`GET ${one}/status`))).toMatchObject({
      ...{ connectionStatus: "closed", liveStatus: "closed" },
    });
    expect(await asJson(await world.send(`GET ${one}/metrics`))).toMatchObject({
      sourceMetrics: { addressMetrics: {} },
    });
    expect(await asJson(await world.send(`GET ${one}/logs`))).toEqual({
      ...{ connectionId: "bridge", connectionLogs: [], enabledSince: null, enabledUntil: null },
    });

    expect((await command(world, "openConnection")).status).toBe(200);
    await untilOpen(world);
    expect(await asJson(await world.send(`GET ${one}/metrics`))).toMatchObject({
      sourceMetrics: { addressMetrics: { "in/#": {} } },
    });
  });

  test("to open what is open changes nothing at the broker", async () => {
    await using world = await withBridge();
    await new Promise((resolve) => setImmediate(resolve));

    expect((await command(world, "openConnection")).status).toBe(200);
    expect(world.clients.map(({ calls }) => calls)).toEqual([["open"]]);
  });

  test("that fail to open say why", async () => {
    await using world = await withBridge({ open: () => Promise.reject(new Error("refused")) }, closed);

    expect(await refusalOf(await command(world, "openConnection"))).toBe(
      "504 connectivity:connection.failed",
    );
  });

  test("reset logs and metrics", async () => {
    await using world = await withBridge();
    await new Promise((resolve) => setImmediate(resolve));
    const entries = async () => (await asJson(await world.send(`GET ${one}/logs`))).connectionLogs;
    expect(await entries()).toHaveLength(1);

    expect((await command(world, "resetConnectionLogs")).status).toBe(200);
    expect((await command(world, "resetConnectionMetrics")).status).toBe(200);
    expect((await command(world, "enableConnectionLogs")).status).toBe(200);

    expect(await entries()).toEqual([]);
  });

  test("that are none, or of another media type, are refused", async () => {
    await using world = await withBridge();

    expect(await refusalOf(await command(world, "explode"))).toBe("400 connectivity:command.invalid");
    expect(await refusalOf(await command(world, "constructor"))).toBe("400 connectivity:command.invalid");
    const xml = { body: "connectivity.commands:openConnection", headers: { "content-type": "text/xml" } };
    expect(await refusalOf(await world.send(`POST ${one}/command`, xml))).toBe("415 mediatype.unsupported");
  });
});
