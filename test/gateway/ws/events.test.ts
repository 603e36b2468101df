// What sessions are told of, and what becomes of one that does not read.

import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestServer } from "../../support/server.ts";
import { commandMessage, type Message, openSession } from "../../support/socket.ts";
import { json, lamp, modify, putLamp, startWithLamp } from "./lamp.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startWithLamp();
});
afterAll(() => server[Symbol.asyncDispose]());

const put = (path: string, body: unknown) => putLamp(server, path, body);

describe("events", () => {
  test("come after START-SEND-EVENTS:ACK, in order of revisions, and stop with STOP-SEND-EVENTS:ACK", async () => {
    await using watcher = await openSession(server);
    await put("/attributes/n", -1);
    watcher.send("START-SEND-EVENTS");
    expect(await watcher.next()).toBe("START-SEND-EVENTS:ACK");

    await Promise.all(Array.from({ length: 50 }, (_, n) => put("/attributes/n", n)));
    const events: Message[] = [];
    for (let n = 0; n < 50; n++) events.push(await watcher.message());

    const revisions = events.map(({ revision }) => revision as number);
    expect(revisions).toEqual(Array.from({ length: 50 }, (_, n) => (revisions[0] as number) + n));
    expect(new Set(events.map(({ value }) => value)).size).toBe(50);
    watcher.send("STOP-SEND-EVENTS");
    expect(await watcher.next()).toBe("STOP-SEND-EVENTS:ACK");
    await put("/attributes/n", 0);
    expect(await watcher.ask(commandMessage("lamp", "retrieve", "/attributes/n"))).toMatchObject({
      status: 200,
    });
  });

  test("are told once, however often they were asked for", async () => {
    await using watcher = await openSession(server);
    for (let i = 0; i < 3; i++) {
      watcher.send("START-SEND-EVENTS");
      expect(await watcher.next()).toBe("START-SEND-EVENTS:ACK");
    }
    await put("/attributes/n", 1);
    expect((await watcher.message()).value).toBe(1);
    await put("/attributes/n", 2);
    expect((await watcher.message()).value).toBe(2);
  });

  test("are not told to the session that caused them, but to another of the same user", async () => {
    await using author = await openSession(server);
    await using watcher = await openSession(server);
    for (const session of [author, watcher]) {
      session.send("START-SEND-EVENTS");
      await session.next();
    }
    expect(await author.ask(modify("/attributes/n", 5))).toMatchObject({ status: 204 });
    expect(await watcher.message()).toMatchObject({
      topic: "org.acme/lamp/things/twin/events/modified",
      value: 5,
    });
    expect((await author.ask(commandMessage("lamp", "retrieve", "/attributes/n"))).status).toBe(200);
  });

  test("of other namespaces are left out when namespaces were named", async () => {
    await using watcher = await openSession(server);
    watcher.send("START-SEND-EVENTS?namespaces=com.other,org.more");
    expect(await watcher.next()).toBe("START-SEND-EVENTS:ACK");
    await put("/attributes/n", 6);
    await server.fetch("/api/2/things/org.more:x", { method: "PUT", headers: json, body: "{}" });
    expect((await watcher.message()).topic).toBe("org.more/x/things/twin/events/created");
  });

  test("show a subject what it may read, and nothing of the rest", async () => {
    const grant = (...grant: string[]) => ({ grant, revoke: [] });
    const owner = {
      subjects: { "nginx:ditto": { type: "t" } },
      resources: { "thing:/": grant("READ", "WRITE"), "policy:/": grant("READ", "WRITE") },
    };
    const part = {
      subjects: { "nginx:part": { type: "t" } },
      resources: { "thing:/attributes/open": grant("READ") },
    };
    await using watcher = await openSession(server, { "x-ditto-pre-authenticated": "nginx:part" });
    await using stranger = await openSession(server, { "x-ditto-pre-authenticated": "nginx:stranger" });
    for (const session of [watcher, stranger]) {
      session.send("START-SEND-EVENTS");
      await session.next();
    }
    const path = "/api/2/things/org.acme:partial";
    const send = (method: string, at: string, body: unknown) =>
      server.fetch(path + at, {
        method,
        headers: method === "PATCH" ? { "content-type": "application/merge-patch+json" } : json,
        body: JSON.stringify(body),
      });
    await send("PUT", "", { _policy: { entries: { owner, part } }, attributes: { open: 1, secret: 2 } });
    await send("PUT", "/attributes/secret", 3);
    await send("PATCH", "/attributes", { secret: 4, open: 5 });
    await send("PUT", "/attributes/open", 6);

    const values = [await watcher.message(), await watcher.message(), await watcher.message()].map(
      ({ value }) => value,
    );

    expect(values).toEqual([{ thingId: "org.acme:partial", attributes: { open: 1 } }, { open: 5 }, 6]);
    expect(stranger.inbox).toEqual([]);
  });
});

const residentMegabytes = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;

describe("a client that does not read", () => {
  test("is closed with 1013 when too much waits for it; memory stays bounded and others are served", {
    timeout: 60_000,
  }, async () => {
    await using slow = await openSession(server);
    await using author = await openSession(server);
    slow.send("START-SEND-EVENTS");
    await slow.next();
    const before = residentMegabytes(server.pid);
    slow.socket.pause();

    const value = "x".repeat(50_000);
    for (let n = 0; n < 600; n++)
      expect((await author.ask(modify("/attributes/load", value))).status).toBeLessThan(300);

    expect(residentMegabytes(server.pid) - before).toBeLessThan(150);
    slow.socket.resume();
    expect(await slow.closed).toMatchObject({ code: 1013, reason: expect.stringContaining("slow") });
    await server.fetch(`${lamp}/attributes/load`, { method: "DELETE" });
  });

  test("but sends commands is read no further than it can be answered", { timeout: 60_000 }, async () => {
    await using greedy = await openSession(server);
    await put("/attributes/load", "x".repeat(50_000));
    const before = residentMegabytes(server.pid);
    greedy.socket.pause();

    for (let n = 0; n < 5000; n++) greedy.send(commandMessage("lamp", "retrieve", "/attributes/load"));
    await sleep(2000);

    expect(residentMegabytes(server.pid) - before).toBeLessThan(150);
    expect((await put("/attributes/n", 0)).status).toBe(204);
    await server.fetch(`${lamp}/attributes/load`, { method: "DELETE" });
  });
});
