import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestServer } from "../support/server.ts";
import { commandMessage, errorOf, openSession } from "../support/socket.ts";
import { lamp, modify, putLamp, startWithLamp } from "./ws/lamp.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startWithLamp();
});
afterAll(() => server[Symbol.asyncDispose]());

const put = (path: string, body: unknown) => putLamp(server, path, body);
const readLamp = async () => (await server.fetch(`${lamp}?fields=thingId,attributes,_revision`)).text();

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
