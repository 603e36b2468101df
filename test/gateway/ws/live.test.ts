// The live channel between WebSocket sessions, and from HTTP to a device that listens by WebSocket.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../../support/server.ts";
import { errorOf, type Message, openSession, type Session } from "../../support/socket.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer({
    env: { ENABLE_PRE_AUTHENTICATION: "true", WS_SUBSCRIBER_BACKPRESSURE: "10" },
  });
  await put("/api/2/things/org.acme:lamp", { attributes: { on: true } });
  const policy = {
    entries: {
      all: {
        subjects: { "nginx:owner": { type: "t" } },
        resources: rightsTo(["READ", "WRITE"], "thing:/", "policy:/", "message:/"),
      },
      reader: {
        subjects: { "nginx:reader": { type: "t" } },
        resources: rightsTo(["READ"], "thing:/", "message:/"),
      },
    },
  };
  await put("/api/2/policies/org.acme:shared", policy);
  await put("/api/2/things/org.acme:shared", { policyId: "org.acme:shared", attributes: { a: 1 } });
}, 60_000);
afterAll(() => server.stop());

const rightsTo = (grant: string[], ...resources: string[]) =>
  Object.fromEntries(resources.map((resource) => [resource, { grant, revoke: [] }]));
const as = (subject: string) => ({ "x-ditto-pre-authenticated": subject });
const session = (subject = "nginx:owner", query = "") => openSession(server, as(subject), query);

async function put(path: string, value: unknown): Promise<void> {
  const headers = { ...as("nginx:owner"), "content-type": "application/json" };
  const response = await server.fetch(path, { method: "PUT", headers, body: JSON.stringify(value) });
  expect(response.ok).toBe(true);
}

async function listening(to: string, subject?: string): Promise<Session> {
  const listener = await session(subject);
  listener.send(`START-SEND-${to}`);
  expect(await listener.next()).toBe(`START-SEND-${to.split("?")[0]}:ACK`);
  return listener;
}

const message = (
  subject: string,
  value?: unknown,
  headers: Record<string, unknown> = {},
  thing = "lamp",
) => ({
  topic: `org.acme/${thing}/things/live/messages/${subject}`,
  headers: { "correlation-id": subject, "content-type": "application/json", ...headers },
  path: `/inbox/messages/${subject}`,
  value,
});
const command = (action: string, path: string, value?: unknown, headers: Record<string, unknown> = {}) => ({
  topic: `org.acme/lamp/things/live/commands/${action}`,
  headers: { "correlation-id": `${action}${path}`, ...headers },
  path,
  value,
});
const answerTo = ({ topic, headers, path }: Message, status: number, value?: unknown) => ({
  topic,
  headers: { "correlation-id": headers["correlation-id"], "content-type": "application/json" },
  path,
  value,
  status,
});

describe("a message", () => {
  test("reaches a device as Ditto prints it, and its answer who sent it", async () => {
    await using device = await listening("MESSAGES");
    await using sender = await session();

    sender.send(message("hello", { hi: 1 }, { timeout: "8s" }));
    const asked = await device.message();
    expect(asked).toEqual({
      topic: "org.acme/lamp/things/live/messages/hello",
      headers: {
        "response-required": true,
        "ditto-originator": "nginx:owner",
        "correlation-id": "hello",
        "content-type": "application/json",
        timeout: "8s",
        channel: "live",
        "ditto-message-thing-id": "org.acme:lamp",
        "ditto-message-subject": "hello",
        "ditto-message-direction": "TO",
      },
      path: "/inbox/messages/hello",
      value: { hi: 1 },
    });
    device.send(answerTo(asked, 200, { ho: 2 }));

    expect(await sender.message()).toEqual({
      topic: "org.acme/lamp/things/live/messages/hello",
      headers: {
        "response-required": false,
        "ditto-originator": "nginx:owner",
        "correlation-id": "hello",
        "content-type": "application/json",
        channel: "live",
        "ditto-message-thing-id": "org.acme:lamp",
        "ditto-message-subject": "hello",
        "ditto-message-direction": "TO",
        status: "200",
      },
      path: "/inbox/messages/hello",
      value: { ho: 2 },
      status: 200,
    });
  });

  test("of HTTP is answered by a device", async () => {
    await using device = await listening("MESSAGES");
    const answered = server.fetch("/api/2/things/org.acme:lamp/inbox/messages/ask?timeout=10s", {
      method: "POST",
      headers: { ...as("nginx:owner"), "content-type": "application/json" },
      body: '{"q":1}',
    });
    device.send(answerTo(await device.message(), 418, { answer: 42 }));

    const response = await answered;
    expect(response.status).toBe(418);
    expect(await response.json()).toEqual({ answer: 42 });
  });

  test("is refused on the live channel to who may not write messages", async () => {
    await using sender = await session("nginx:reader");
    const refused = await sender.ask(message("no", 1, {}, "shared"));

    expect(refused.topic).toBe("org.acme/shared/things/live/errors");
    expect(refused.headers).toEqual({
      "correlation-id": "no",
      "ditto-originator": "nginx:reader",
      channel: "live",
      "response-required": false,
      "content-type": "application/json",
    });
    expect([refused.status, errorOf(refused)]).toEqual([403, "messages:send.notallowed"]);
  });

  test("that requires no response is answered with nothing, nor is its refusal", async () => {
    await using device = await listening("MESSAGES");
    await using sender = await session();
    sender.send(message("quiet", 1, { "response-required": false }));
    sender.send(message("quiet", 1, { "response-required": false }, "nowhere"));

    device.send(answerTo(await device.message(), 200));
    sender.send("STOP-SEND-EVENTS");
    expect(await sender.next()).toBe("STOP-SEND-EVENTS:ACK");
  });

  test("is told as timed out where nobody answers", async () => {
    await using sender = await session();
    const late = await sender.ask(message("late", 1, { timeout: "100ms" }));

    expect(late.topic).toBe("org.acme/lamp/things/live/errors");
    expect([late.status, late.headers["correlation-id"]]).toEqual([408, "late"]);
  });

  test("is not sent back to the session that sent it", async () => {
    await using both = await listening("MESSAGES");
    const late = await both.ask(message("mine", 1, { timeout: "100ms" }));

    expect(late.status).toBe(408);
  });

  test("comes to listeners of its namespace, with the extra fields that they ask for", async () => {
    await using elsewhere = await listening("MESSAGES?namespaces=org.other");
    await using device = await listening("MESSAGES?namespaces=org.acme&extraFields=attributes/on");
    await using sender = await session();
    sender.send(message("extra", 1, { "response-required": false }));

    expect(await device.message()).toMatchObject({ value: 1, extra: { attributes: { on: true } } });
    elsewhere.send("STOP-SEND-MESSAGES");
    expect(await elsewhere.next()).toBe("STOP-SEND-MESSAGES:ACK");
  });
});

describe("waiting for answers", () => {
  test("keeps a session from nothing: not even from answering others", async () => {
    await using a = await listening("MESSAGES");
    for (let n = 0; n < 30; n++) a.send(message(`none-${n}`, 1, { timeout: "20s" }));
    await using b = await session();
    b.send(message("question", 1));

    a.send(answerTo(await a.message(), 200, "answer"));
    expect(await b.message()).toMatchObject({ value: "answer", status: 200 });
  });
});

describe("a live command", () => {
  test("reaches a device, and its answer who sent it", async () => {
    await using device = await listening("LIVE-COMMANDS");
    await using sender = await session();
    sender.send(command("modify", "/features/f/properties/p", 7, { timeout: "8s" }));
    const asked = await device.message();
    expect(asked).toEqual({
      topic: "org.acme/lamp/things/live/commands/modify",
      headers: {
        timeout: "8s",
        channel: "live",
        "response-required": true,
        "ditto-originator": "nginx:owner",
        "correlation-id": "modify/features/f/properties/p",
        "content-type": "application/json",
      },
      path: "/features/f/properties/p",
      value: 7,
    });

    device.send(answerTo(asked, 204));
    expect(await sender.message()).toEqual({
      topic: "org.acme/lamp/things/live/commands/modify",
      headers: {
        "correlation-id": "modify/features/f/properties/p",
        channel: "live",
        "response-required": false,
        "ditto-originator": "nginx:owner",
        "content-type": "application/json",
      },
      path: "/features/f/properties/p",
      status: 204,
    });
  });

  test("is not answered by a status that it cannot have, which the device is told", async () => {
    await using device = await listening("LIVE-COMMANDS");
    await using asker = await session();
    asker.send(command("modify", "/attributes/a", 7, { timeout: "8s" }));
    const asked = await device.message();

    device.send(answerTo(asked, 200));

    expect(await device.message()).toMatchObject({
      topic: "org.acme/lamp/things/live/errors",
      headers: { "correlation-id": "modify/attributes/a" },
      value: { error: "protocoladapter:illegal.adaptable" },
      status: 422,
    });
    device.send(answerTo(asked, 204));
    expect(await asker.message()).toMatchObject({ path: "/attributes/a", status: 204 });
  });

  test("may be asked for by the header of a command to the twin", async () => {
    await using device = await listening("LIVE-COMMANDS");
    await using sender = await session();
    sender.send({
      ...command("retrieve", "/attributes/on"),
      topic: "org.acme/lamp/things/twin/commands/retrieve",
      headers: { "correlation-id": "by-header", channel: "live" },
    });
    const asked = await device.message();
    expect(asked.topic).toBe("org.acme/lamp/things/live/commands/retrieve");

    device.send(answerTo(asked, 200, "live value"));
    expect(await sender.message()).toMatchObject({ value: "live value", status: 200 });
  });

  test("on a path that things do not have is refused, as are commands that its resource does not know", async () => {
    await using sender = await session();
    expect(errorOf(await sender.ask(command("modify", "/nowhere", 1)))).toBe("protocoladapter:unknown.path");
    const refused = await sender.ask(command("create", "/attributes/a", 1));
    expect([errorOf(refused), refused.topic]).toEqual([
      "protocoladapter:unknown.topicpath",
      "org.acme/lamp/things/live/errors",
    ]);
  });
});

describe("a retrieve of the twin with a live channel condition", () => {
  const retrieve = (headers: Record<string, unknown>) => ({
    topic: "org.acme/lamp/things/twin/commands/retrieve",
    headers: { "correlation-id": "smart", ...headers },
    path: "/attributes/on",
  });

  test("is answered by the twin where it does not hold", async () => {
    await using sender = await session();
    const answer = await sender.ask(retrieve({ "live-channel-condition": "eq(attributes/on,false)" }));

    expect(answer).toMatchObject({ value: true, status: 200 });
    expect(answer.topic).toBe("org.acme/lamp/things/twin/commands/retrieve");
  });

  test("is answered by the device where it holds", async () => {
    await using device = await listening("LIVE-COMMANDS");
    await using sender = await session();
    sender.send(retrieve({ "live-channel-condition": "eq(attributes/on,true)", timeout: "10s" }));
    device.send(answerTo(await device.message(), 200, "from the device"));

    expect(await sender.message()).toMatchObject({ value: "from the device", status: 200 });
  });

  test("falls back to the twin where that is wanted and the device is silent", async () => {
    await using sender = await session();
    const headers = {
      "live-channel-condition": "exists(thingId)",
      "live-channel-timeout-strategy": "use-twin",
      timeout: "200ms",
    };
    expect(await sender.ask(retrieve(headers))).toMatchObject({ value: true, status: 200 });
  });
});

describe("a live event", () => {
  const event = (more: object, headers: object = {}) => ({
    topic: "org.acme/shared/things/live/events/modified",
    headers: { "correlation-id": "live-ev", ...headers },
    path: "/attributes/a",
    value: 7,
    ...more,
  });

  test("reaches who listens and may read it, where its filter holds", async () => {
    await using all = await listening("LIVE-EVENTS", "nginx:reader");
    await using some = await listening("LIVE-EVENTS?filter=gt(attributes/a,7)", "nginx:reader");
    await using device = await session();
    device.send(event({ revision: 1 }));
    device.send(event({ revision: 1, value: 8 }));

    expect(await all.message()).toMatchObject({ value: 7, path: "/attributes/a" });
    expect(await all.message()).toMatchObject({ value: 8 });
    expect(await some.message()).toMatchObject({ value: 8 });
    expect(some.inbox).toEqual([]);
  });

  test("without a revision is refused as Ditto does", async () => {
    await using device = await session();
    const refused = await device.ask(event({}));

    expect(refused).toMatchObject({ topic: "org.acme/shared/things/live/errors", status: 400 });
    expect(errorOf(refused)).toBe("json.field.missing");
    expect(refused.headers).toEqual({
      "correlation-id": "live-ev",
      channel: "live",
      "response-required": false,
      "content-type": "application/json",
    });
  });

  test("of who may not write goes nowhere, and its sender is not told", async () => {
    await using listener = await listening("LIVE-EVENTS");
    await using reader = await session("nginx:reader");
    reader.send(event({ revision: 1 }));
    reader.send("STOP-SEND-EVENTS");
    expect(await reader.next()).toBe("STOP-SEND-EVENTS:ACK");
    await using device = await session();
    device.send(event({ revision: 2, value: "allowed" }));

    expect(await listener.message()).toMatchObject({ value: "allowed" });
  });
});

test("no fault is in the log", () => {
  expect(server.stdout() + server.stderr()).not.toContain("request failed");
});

test.each([
  ["a message", message("big", "x".repeat(260_000))],
  ["an answer", { ...message("big", "€".repeat(90_000)), status: 200 }],
])("%s whose payload is larger than allowed is refused", async (_what, large) => {
  await using sender = await session();

  const refusal = await sender.ask(large);

  expect(refusal.topic).toBe("org.acme/lamp/things/live/errors");
  expect([refusal.status, errorOf(refusal)]).toEqual([413, "messages:payload.toolarge"]);
});
