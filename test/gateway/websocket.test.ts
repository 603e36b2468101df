import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/server.ts";
import { commandMessage, errorOf, type Message, openSession } from "../support/socket.ts";

const json = { "content-type": "application/json" };
const lamp = "/api/2/things/org.acme:lamp";

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ env: { ENABLE_PRE_AUTHENTICATION: "true" } });
  await put("", { attributes: { n: 0 } });
});
afterAll(() => server[Symbol.asyncDispose]());

const put = (path: string, body: unknown) =>
  server.fetch(lamp + path, { method: "PUT", headers: json, body: JSON.stringify(body) });
const readLamp = async () => (await server.fetch(`${lamp}?fields=thingId,attributes,_revision`)).text();
const modify = (path: string, value?: unknown, headers = {}) =>
  commandMessage("lamp", "modify", path, value, headers);

describe("messages that are refused change nothing, and the session goes on", () => {
  const cases: readonly (readonly [says: string, message: unknown, code: string])[] = [
    ["no JSON", '{"topic": ', "json.invalid"],
    ["text", "hello", "json.invalid"],
    ["nothing", "", "json.invalid"],
    ["a number", "5", "json.invalid"],
    ["an array", "[]", "json.invalid"],
    ["an empty object", "{}", "json.field.missing"],
    ["no path", { topic: modify("/").topic }, "json.field.missing"],
    [
      "an unknown topic",
      { ...modify("/attributes/n", 9), topic: "bogus/topic" },
      "protocoladapter:unknown.topicpath",
    ],
    ["an unknown command", commandMessage("lamp", "fly", "/"), "protocoladapter:unknown.topicpath"],
    ["an unknown path", modify("/nope", 1), "protocoladapter:unknown.path"],
    [
      "a deletion of the policy ID",
      commandMessage("lamp", "delete", "/policyId"),
      "protocoladapter:unknown.topicpath",
    ],
    [
      "a creation of a part",
      commandMessage("lamp", "create", "/attributes/n", 1),
      "protocoladapter:unknown.topicpath",
    ],
    [
      "a merge of a policy",
      { topic: "org.acme/lamp/policies/commands/merge", path: "/", value: {} },
      "protocoladapter:unknown.topicpath",
    ],
    [
      "a group that is a key of every object",
      { ...modify("/attributes/n", 9), topic: "org.acme/lamp/constructor/commands/modify" },
      "protocoladapter:unknown.topicpath",
    ],
    ["an empty key in the path", modify("/attributes//n", 1), "json.pointer.invalid"],
    ["an umlaut in the path", modify("/attributes/ü", 1), "json.key.invalid"],
    ["an umlaut in a key", modify("/attributes", { ü: 1 }), "json.key.invalid"],
    ["an empty key", modify("/attributes", { "": 1 }), "json.invalid"],
    ["an empty key in an array", modify("/attributes/n", [{ "": 1 }]), "json.invalid"],
    ["a wrong type", modify("/attributes", 5), "json.invalid"],
    ["no value", modify("/attributes/n"), "json.field.missing"],
    ["a missing feature", modify("/features/none/properties/p", 1), "things:feature.notfound"],
    ["a header of a wrong type", modify("/attributes/n", 1, { "response-required": 5 }), "header.invalid"],
    [
      "headers that are too long",
      modify("/attributes/n", 1, { "x-mine": "x".repeat(5_120) }),
      "headers.too.large",
    ],
    ["a malformed timeout", modify("/attributes/n", 1, { timeout: "soon" }), "timeout.invalid"],
    [
      "a malformed timeout of who wants no response",
      modify("/attributes/n", 1, { timeout: "soon", "response-required": false }),
      "timeout.invalid",
    ],
    [
      "several things with a malformed timeout",
      {
        topic: "_/_/things/twin/commands/retrieve",
        path: "/",
        value: { thingIds: ["org.acme:lamp"] },
        headers: { timeout: "soon" },
      },
      "timeout.invalid",
    ],
    [
      "several things with labels that are none",
      {
        topic: "_/_/things/twin/commands/retrieve",
        path: "/",
        value: { thingIds: ["org.acme:lamp"] },
        headers: { "requested-acks": ["?"] },
      },
      "header.invalid",
    ],
    ["nothing but odd headers", { headers: { "correlation-id": { toString: 1 } } }, "json.field.missing"],
    [
      "a correlation ID that cannot be printed",
      modify("/attributes/n", 1, { "correlation-id": { toString: 1 } }),
      "header.invalid",
    ],
    [
      "a correlation ID with an umlaut",
      modify("/attributes/n", 1, { "correlation-id": "ü" }),
      "header.invalid",
    ],
    [
      "a flag that cannot be printed",
      modify("/attributes/n", 1, { "response-required": { toString: 1 } }),
      "header.invalid",
    ],
    [
      "a flag that is a large number",
      JSON.stringify(modify("/attributes/n", 1, { "response-required": 77 })).replace(
        "77",
        "9007199254740993",
      ),
      "header.invalid",
    ],
    [
      "a number beyond 64 bits",
      JSON.stringify(modify("/attributes/n", 77)).replace("77", "99999999999999999999"),
      "json.invalid",
    ],
    ["201 levels", modify("/attributes/n", JSON.parse("[".repeat(200) + "]".repeat(200))), "json.invalid"],
    ["a hundred thousand levels", "[".repeat(100_000) + "]".repeat(100_000), "json.invalid"],
    ["100,000 levels by path", modify(`/attributes${"/a".repeat(100_000)}`, 1), "json.pointer.invalid"],
    [
      "a selector of 100,000 parentheses",
      { ...commandMessage("lamp", "retrieve", "/"), fields: "a(".repeat(100_000) },
      "json.fieldselector.invalid",
    ],
    ["a thing that is too large", modify("/attributes/n", "x".repeat(102_400)), "things:thing.toolarge"],
    [
      "another thing's ID",
      commandMessage("lamp", "merge", "/", { thingId: "org.acme:x" }),
      "things:id.notsettable",
    ],
    [
      "several things without their IDs",
      { topic: "_/_/things/twin/commands/retrieve", path: "/", value: {} },
      "json.field.missing",
    ],
    [
      "several things by what is no ID",
      { topic: "_/_/things/twin/commands/retrieve", path: "/", value: { thingIds: ["nocolon"] } },
      "things:id.invalid",
    ],
    [
      "more things at once than 1,000",
      {
        topic: "_/_/things/twin/commands/retrieve",
        path: "/",
        value: { thingIds: Array.from({ length: 1_001 }, () => "org.acme:lamp") },
      },
      "thing-search:search.option.invalid",
    ],
    [
      "several things that are to be deleted",
      { topic: "_/_/things/twin/commands/delete", path: "/", value: { thingIds: ["org.acme:lamp"] } },
      "protocoladapter:unknown.topicpath",
    ],
    ["an unknown control message", "START-SEND-NONSENSE", "json.invalid"],
    ["a control message in lower case", "start-send-events", "json.invalid"],
  ];
  for (const [says, message, code] of cases) {
    test(`${says}: ${code}`, async () => {
      const before = await readLamp();
      await using session = await openSession(server);

      const reply = await session.ask(message);

      expect(errorOf(reply)).toBe(code);
      expect(reply.topic).toMatch(/\/errors$/);
      expect((await session.ask(commandMessage("lamp", "retrieve", "/"))).status).toBe(200);
      expect(await readLamp()).toBe(before);
    });
  }

  test("no fault is in the log", () => {
    expect(server.stdout() + server.stderr()).not.toContain("request failed");
  });
});

describe("frames", () => {
  test("a binary frame is read like text", async () => {
    await using session = await openSession(server);
    session.socket.send(Buffer.from(JSON.stringify(commandMessage("lamp", "retrieve", "/thingId"))), {
      binary: true,
    });
    expect((await session.message()).topic).toMatch(/errors$/);
    session.socket.send(Buffer.from(JSON.stringify(commandMessage("lamp", "retrieve", "/"))), {
      binary: true,
    });
    expect(await session.message()).toMatchObject({ status: 200 });
  });

  test("bytes in a binary frame that are no UTF-8 are refused, and change nothing", async () => {
    const before = await readLamp();
    await using session = await openSession(server);
    const [start, end] = JSON.stringify(modify("/attributes/n", "#")).split("#") as [string, string];
    session.socket.send(Buffer.concat([Buffer.from(start), Buffer.from([0xc3, 0x28]), Buffer.from(end)]), {
      binary: true,
    });
    expect(errorOf(await session.message())).toBe("json.invalid");
    expect(await readLamp()).toBe(before);
  });

  test("one that is too large ends the session with 1009", async () => {
    await using session = await openSession(server);
    session.send(modify("/attributes/n", "x".repeat(1_100_000)));
    expect((await session.closed).code).toBe(1009);
  });

  const upgrade = (url: string) =>
    `GET /ws/2 HTTP/1.1\r\nhost: ${url}\r\nauthorization: Basic ${Buffer.from("ditto:ditto").toString("base64")}\r\n` +
    "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  const malformed: readonly (readonly [says: string, frame: Buffer])[] = [
    ["an unmasked frame", Buffer.from([0x81, 0x01, 0x61])],
    ["an unknown opcode", Buffer.from([0x83, 0x81, 0, 0, 0, 0, 0x61])],
    ["reserved bits", Buffer.from([0xf1, 0x81, 0, 0, 0, 0, 0x61])],
    ["a continuation of nothing", Buffer.from([0x80, 0x81, 0, 0, 0, 0, 0x61])],
    ["text that is no UTF-8", Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0xff])],
    ["a length of 2^63", Buffer.from([0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
    ["a long ping", Buffer.from([0x89, 0xfe, 0, 200, 0, 0, 0, 0])],
    ["garbage", Buffer.from("garbage that is no frame at all")],
  ];
  test.each(malformed)("%s ends the session, and only that", async (_says, frame) => {
    await using other = await openSession(server);
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    let upgraded = false;
    socket.on("data", (chunk) => {
      if (!upgraded && chunk.toString().startsWith("HTTP/1.1 101")) socket.write(frame);
      upgraded = true;
    });
    socket.on("error", () => undefined);
    const closed = new Promise((resolve) => socket.on("close", resolve));
    socket.write(upgrade(server.url));
    await Promise.race([closed, sleep(3000).then(() => Promise.reject(new Error("the session goes on")))]);
    expect(await other.ask(commandMessage("lamp", "retrieve", "/"))).toMatchObject({
      status: 200,
    });
  });

  test("a client that is gone without a word leaves the others alone", async () => {
    for (let i = 0; i < 20; i++) {
      const session = await openSession(server);
      session.send("START-SEND-EVENTS");
      session.send(modify("/attributes/n", i));
      session.socket.terminate();
    }
    expect((await put("/attributes/n", 0)).status).toBe(204);
  });

  test("a ping is answered", async () => {
    await using session = await openSession(server);
    const pong = new Promise<string>((resolve) =>
      session.socket.once("pong", (data) => resolve(data.toString())),
    );
    session.socket.ping("are you there");
    expect(await pong).toBe("are you there");
  });
});

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
