// Commands of sessions on a real server.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestServer } from "../../support/server.ts";
import { commandMessage, openSession } from "../../support/socket.ts";
import { lamp, modify, putLamp, startWithLamp } from "./lamp.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startWithLamp();
});
afterAll(() => server[Symbol.asyncDispose]());

const put = (path: string, body: unknown) => putLamp(server, path, body);
const readLamp = async () => (await server.fetch(`${lamp}?fields=thingId,attributes,_revision`)).text();

describe("commands", () => {
  test("sent all at once are answered in their order, and each is done once", async () => {
    await using session = await openSession(server);
    const first = (await session.ask(modify("/attributes/n", -1))).headers["entity-revision"] as number;

    for (let n = 0; n < 500; n++) session.send(modify("/attributes/n", n, { "correlation-id": `c${n}` }));

    for (let n = 0; n < 500; n++)
      expect(await session.message()).toMatchObject({
        status: 204,
        headers: { "correlation-id": `c${n}`, "entity-revision": first + n + 1 },
      });
    expect(JSON.parse(await readLamp())).toMatchObject({ attributes: { n: 499 }, _revision: first + 500 });
  });

  test("a read behind a write sees it, also when neither is waited for", async () => {
    await using session = await openSession(server);
    for (let n = 0; n < 50; n++) {
      session.send(modify("/attributes/n", n));
      session.send(commandMessage("lamp", "retrieve", "/attributes/n"));
      session.send(commandMessage("lamp", "delete", "/attributes/n"));
      session.send(commandMessage("lamp", "retrieve", "/attributes/n"));
    }
    for (let n = 0; n < 50; n++) {
      expect((await session.message()).status).toBe(n === 0 ? 204 : 201);
      expect(await session.message()).toMatchObject({ status: 200, value: n });
      expect((await session.message()).status).toBe(204);
      expect((await session.message()).status).toBe(404);
    }
    await put("/attributes/n", 0);
  });

  test("that want no response get none, neither good nor bad, and are done", async () => {
    await using session = await openSession(server);
    session.send(modify("/attributes/silent", 1, { "response-required": false }));
    session.send(modify("/attributes", 5, { "response-required": false }));
    session.send(commandMessage("nobody", "delete", "/", undefined, { "response-required": false }));
    session.send({
      topic: "_/_/things/twin/commands/retrieve",
      headers: { "response-required": false },
      path: "/",
      value: { thingIds: ["org.acme:lamp"] },
    });

    const reply = await session.ask(commandMessage("lamp", "retrieve", "/attributes/silent"));

    expect(reply).toMatchObject({ status: 200, value: 1 });
  });

  test("may merge by a JSON patch, which others are told of as the merge that it comes to", async () => {
    await using session = await openSession(server);
    await using watcher = await openSession(server);
    await session.ask(modify("/attributes/patched", { list: [1], gone: true }));
    watcher.send("START-SEND-EVENTS");
    await watcher.next();
    const headers = { "content-type": "application/json-patch+json" };
    const patch = [
      { op: "add", path: "/list/-", value: 2 },
      { op: "remove", path: "/gone" },
    ];

    const reply = await session.ask(commandMessage("lamp", "merge", "/attributes/patched", patch, headers));

    expect(reply).toMatchObject({ status: 204, path: "/attributes/patched" });
    expect(await watcher.message()).toMatchObject({
      topic: "org.acme/lamp/things/twin/events/merged",
      value: { list: [1, 2], gone: null },
    });
  });

  test("with headers that are null are done as if these were absent", async () => {
    await using session = await openSession(server);
    const headers = { "if-match": null, timeout: null, "requested-acks": null, condition: null };

    expect(await session.ask(modify("/attributes/n", 1, headers))).toMatchObject({ status: 204 });
  });

  test("that wait for acknowledgements keep no place in work, and are answered in their time", async () => {
    await using session = await openSession(server);
    const headers = { "requested-acks": ["my-ack"], timeout: "2s", "response-required": true };
    for (let n = 0; n < 150; n++) session.send(modify("/attributes/n", n, headers));
    const started = performance.now();

    const reply = await session.ask(commandMessage("lamp", "retrieve", "/attributes/n"));

    expect(performance.now() - started).toBeLessThan(1_500);
    expect(reply).toMatchObject({ status: 200, value: 149 });
    const answers = await Promise.all(Array.from({ length: 150 }, () => session.message()));
    expect(answers.every(({ status }) => status === 408)).toBe(true);
  });

  test("of a session that ends wait for nobody, and others of its subject may", async () => {
    const waits = { "requested-acks": ["my-ack"], timeout: "60s" };
    const author = await openSession(server);
    for (let n = 0; n < 2_501; n++) author.send(modify("/attributes/n", n, waits));
    const refused = await author.message();
    expect(refused).toMatchObject({ status: 429, value: { error: "too.many.requests" } });

    await author[Symbol.asyncDispose]();

    await using next = await openSession(server);
    const brief = { ...waits, timeout: "100ms" };
    await expect
      .poll(async () => (await next.ask(modify("/attributes/n", 1, brief))).status, { timeout: 5_000 })
      .toBe(408);
  });

  test("several things are read at once, those that may be read", async () => {
    await using session = await openSession(server);
    const topic = "_/_/things/twin/commands/retrieve";
    const reply = await session.ask({
      topic,
      headers: {},
      path: "/",
      fields: "thingId",
      value: { thingIds: ["org.acme:none", "org.acme:lamp"] },
    });
    expect(reply).toMatchObject({ topic, path: "/", status: 200, value: [{ thingId: "org.acme:lamp" }] });
  });
});
