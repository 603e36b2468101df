// What is stored comes back as it was sent: odd keys, exact numbers, encoded paths; and who lost a race is told.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/server.ts";
import { commandMessage, openSession } from "../support/socket.ts";

const base = "/api/2/things/org.acme:lamp";
const json = { "content-type": "application/json" };

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  expect((await put("", "{}")).status).toBe(201);
});
afterAll(() => server[Symbol.asyncDispose]());

const put = (path: string, body: string, headers = {}) =>
  server.fetch(base + path, { method: "PUT", body, headers: { ...json, ...headers } });
const get = async (path: string) => (await server.fetch(base + path)).text();

describe("values keep every digit and key, over HTTP and WebSocket", () => {
  const texts = [
    "9007199254740993",
    "-9223372036854775808",
    "9223372036854775807",
    '{"n":[1234567890123456789,1.5,-0.1,1e+100]}',
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    '{"toString":1,"hasOwnProperty":2,"length":3,"then":4}',
    '"\\u0000\\u001f \\ud83d\\ude00€"',
    '[[[]],{},null,[{"a/b":1}]]',
    "null",
    "false",
    "0",
    '""',
  ];
  const normal = (text: string) => (text.startsWith('"') ? JSON.stringify(JSON.parse(text)) : text);
  for (const text of texts) {
    test(text, async () => {
      const reply = await put("/attributes/odd", text);
      expect(reply.status).toBeLessThan(300);
      expect(await get("/attributes/odd")).toBe(normal(text));

      await using session = await openSession(server);
      session.send(
        `{"topic":"org.acme/lamp/things/twin/commands/modify","headers":{"correlation-id":"c"},"path":"/features/f","value":{"properties":{"odd":${text}}}}`,
      );
      expect(JSON.parse(await session.next()).status).toBeLessThan(300);
      session.send(commandMessage("lamp", "retrieve", "/features/f/properties/odd"));
      expect(await session.next()).toContain(`"value":${normal(text)},`);
      expect(await get("/features/f")).toBe(`{"properties":{"odd":${normal(text)}}}`);
    });
  }

  test("an event tells the digits that were written", async () => {
    await using watcher = await openSession(server);
    watcher.send("START-SEND-EVENTS");
    expect(await watcher.next()).toBe("START-SEND-EVENTS:ACK");
    await put("/attributes/exact", "9007199254740993");
    expect(await watcher.next()).toContain('"value":9007199254740993,');
  });

  test("__proto__ as a path is a key like any other", async () => {
    expect((await put("/attributes/__proto__", '{"polluted":1}')).status).toBe(201);
    expect(await get("/attributes/__proto__/polluted")).toBe("1");
    expect((await put("/attributes/constructor/prototype", "2")).status).toBe(201);
    expect((await put("/features/__proto__", '{"properties":{"__proto__":{"x":1}}}')).status).toBe(201);
    expect(await get("/features/__proto__/properties/__proto__/x")).toBe("1");
    expect(await get("?fields=features/__proto__")).toBe(
      '{"features":{"__proto__":{"properties":{"__proto__":{"x":1}}}}}',
    );
    expect((await server.fetch(`${base}/attributes/__proto__`, { method: "DELETE" })).status).toBe(204);
    expect((await server.fetch(`${base}/attributes/__proto__`)).status).toBe(404);
  });

  test("things may be called __proto__ and constructor", async () => {
    for (const name of ["__proto__", "constructor"]) {
      const path = `/api/2/things/org.acme:${name}`;
      expect((await server.fetch(path, { method: "PUT", body: "{}", headers: json })).status).toBe(201);
      expect(await (await server.fetch(path)).json()).toEqual({
        thingId: `org.acme:${name}`,
        policyId: `org.acme:${name}`,
      });
    }
  });
});

describe("encoded paths", () => {
  const cases = [
    { sent: "/attributes/enc/a%2Fb", reads: "/attributes/enc/a/b" },
    { sent: "/attributes/enc/c%20d", reads: "/attributes/enc/c d" },
    { sent: "/attributes/enc/c+d", reads: "/attributes/enc/c%2Bd" },
    { sent: "/attributes/enc/~0t", reads: "/attributes/enc/%7E0t" },
    { sent: "/attributes/enc/%2541", reads: "/attributes/enc/%2541" },
    { sent: "/attributes/enc/%E2%82%AC", reads: "/attributes/enc/€" },
    { sent: "/attributes/%65nc/x", reads: "/attributes/enc/x/" },
    { sent: "/features/f%3A1%23", body: "{}", reads: "/features/f:1%23" },
    { sent: "/features/g%3Fx", body: "{}", reads: "/features/g%3Fx/" },
  ];
  for (const { sent, body = "1", reads } of cases) {
    test(`${sent} is ${reads}`, async () => {
      const created = await put(sent, body);
      expect(created.status).toBe(201);
      expect(await get(reads)).toBe(body);
      const location = new URL(created.headers.get("location") as string);
      expect(await (await server.fetch(location.pathname)).text()).toBe(body);
    });
  }

  test("an id that is encoded is the same thing", async () => {
    const name = "/api/2/things/org.acme%3Aa%20b%3Fc";
    const created = await server.fetch(name, { method: "PUT", body: "{}", headers: json });
    expect(created.status).toBe(201);
    expect(((await created.json()) as { thingId: string }).thingId).toBe("org.acme:a b?c");
    const location = new URL(created.headers.get("location") as string);
    expect((await server.fetch(location.pathname + location.search)).status).toBe(200);
  });
});

describe("preconditions", () => {
  const etagOf = async (path: string) => (await server.fetch(base + path)).headers.get("etag") as string;

  test("of two writers who read the same state, one wins", async () => {
    const etag = await etagOf("");
    const replies = await Promise.all(
      ["1", "2"].map((value) =>
        server.fetch(base, {
          method: "PUT",
          body: `{"attributes":{"race":${value}}}`,
          headers: { ...json, "if-match": etag },
        }),
      ),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([204, 412]);
    const lost = replies.find(({ status }) => status === 412) as Response;
    expect(((await lost.json()) as { error: string }).error).toBe("things:precondition.failed");
    expect(lost.headers.get("etag")).toBe(await etagOf(""));
  });

  const cases = [
    { says: "the tag of the value", method: "PUT", header: "if-match", tag: "current", status: 204 },
    {
      says: "a weak tag is not strong enough to write",
      method: "PUT",
      header: "if-match",
      tag: "weak",
      status: 412,
    },
    { says: "any tag, where there is a value", method: "PUT", header: "if-match", tag: "*", status: 204 },
    { says: "one of several", method: "PUT", header: "if-match", tag: "several", status: 204 },
    { says: "the tag of another value", method: "PUT", header: "if-match", tag: '"hash:other"', status: 412 },
    { says: "only where there is none", method: "PUT", header: "if-none-match", tag: "*", status: 412 },
    { says: "another tag", method: "PUT", header: "if-none-match", tag: '"hash:other"', status: 204 },
    { says: "a read of what is known", method: "GET", header: "if-none-match", tag: "current", status: 304 },
    {
      says: "a read of what is known by a weak tag",
      method: "GET",
      header: "if-none-match",
      tag: "weak",
      status: 304,
    },
    {
      says: "a read of something else",
      method: "GET",
      header: "if-none-match",
      tag: '"hash:other"',
      status: 200,
    },
    { says: "a read of any", method: "GET", header: "if-none-match", tag: "*", status: 304 },
    {
      says: "a read with a tag of the past",
      method: "GET",
      header: "if-match",
      tag: '"hash:other"',
      status: 412,
    },
  ];
  for (const { says, method, header, tag, status } of cases) {
    test(`${method} ${header}, ${says}: ${status}`, async () => {
      await put("/attributes/pre", "5");
      const current = await etagOf("/attributes/pre");
      const tags: Record<string, string> = { current, weak: `W/${current}`, several: `"x", ${current}` };
      const init = {
        method,
        headers: { ...json, [header]: tags[tag] ?? tag },
        ...(method === "PUT" && { body: "5" }),
      };
      expect((await server.fetch(`${base}/attributes/pre`, init)).status).toBe(status);
    });
  }

  test("any tag is no tag where there is nothing, and none is right there", async () => {
    expect((await put("/attributes/fresh", "1", { "if-match": "*" })).status).toBe(412);
    expect((await put("/attributes/fresh", "1", { "if-none-match": "*" })).status).toBe(201);
    expect((await put("/attributes/fresh", "1", { "if-none-match": "*" })).status).toBe(412);
  });

  test("they hold over WebSocket as well", async () => {
    await using session = await openSession(server);
    const refused = await session.ask(
      commandMessage("lamp", "modify", "/attributes/fresh", 2, { "If-Match": '"hash:other"' }),
    );
    expect(refused).toMatchObject({ status: 412, value: { error: "things:precondition.failed" } });
    const known = refused.headers.etag;
    expect(
      await session.ask(commandMessage("lamp", "modify", "/attributes/fresh", 2, { "if-match": known })),
    ).toMatchObject({ status: 204 });
  });
});

test("what nobody waits for is accepted, and done", async () => {
  expect((await put("/attributes/quiet?response-required=false", "1")).status).toBe(202);
  expect((await put("/attributes/quiet?timeout=0", "2")).status).toBe(202);
  expect(await get("/attributes/quiet")).toBe("2");
  expect((await put("/attributes/quiet/%C3%BC?response-required=false", "1")).status).toBe(400);
});
