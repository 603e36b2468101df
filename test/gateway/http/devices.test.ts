// HTTP on one side, a device with a WebSocket on the other, and a server between them.

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { startServer, type TestServer } from "../../support/server.ts";
import { type Message, openSession, type Session } from "../../support/socket.ts";
import { toldIn } from "./live-door.ts";

const lamp = "/api/2/things/org.acme:lamp";
const json = { "content-type": "application/json" };

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ env: { USERS: "ditto:ditto,other:other" } });
  const body = JSON.stringify({ attributes: { a: "twin value" }, features: { f: {} } });
  expect((await server.fetch(lamp, { method: "PUT", body, headers: json })).status).toBe(201);
});
afterAll(() => server[Symbol.asyncDispose]());

let device: Session;
beforeEach(async () => {
  device = await openSession(server);
  for (const stream of ["MESSAGES", "LIVE-COMMANDS", "LIVE-EVENTS"]) {
    device.send(`START-SEND-${stream}`);
    expect(await device.next()).toBe(`START-SEND-${stream}:ACK`);
  }
});
afterEach(() => device[Symbol.asyncDispose]());

const post = (path: string, body: string, headers: Record<string, string> = json) =>
  server.fetch(path, { method: "POST", body, headers });

/** Answers the next thing that the device is asked, and gives that. */
async function answerNext(answer: object): Promise<Message> {
  const { topic, path, headers } = await device.message();
  const asked = { topic, path, headers };
  device.send({ topic, path, headers: { "correlation-id": headers["correlation-id"] }, ...answer });
  return asked;
}

test("a message is answered by the device, whoever sent it", async () => {
  const answered = post(`${lamp}/inbox/messages/ask?timeout=10s`, '{"q":1}');
  const asked = await device.message();
  expect(asked).toMatchObject({
    topic: "org.acme/lamp/things/live/messages/ask",
    path: "/inbox/messages/ask",
    value: { q: 1 },
    headers: {
      channel: "live",
      timeout: "10",
      "ditto-message-direction": "TO",
      "content-type": "application/json",
    },
  });
  const headers = { "correlation-id": asked.headers["correlation-id"], "content-type": "application/json" };
  device.send({
    topic: asked.topic,
    path: "/outbox/messages/ask",
    headers,
    value: { answer: 42 },
    status: 200,
  });

  const response = await answered;

  expect([response.status, await response.json()]).toEqual([200, { answer: 42 }]);
  expect(toldIn(response)).toEqual({
    "correlation-id": asked.headers["correlation-id"],
    channel: "live",
    "response-required": "false",
    "ditto-originator": "nginx:ditto",
    "content-type": "application/json",
  });
});

test("bytes go to the device and come back as they were", async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  const answered = server.fetch(`${lamp}/features/f/inbox/messages/echo`, {
    method: "POST",
    body: bytes,
    headers: { "content-type": "application/x-acme" },
  });
  const { topic, path, headers, value } = await device.message();
  device.send({
    topic,
    path,
    headers: { "correlation-id": headers["correlation-id"], "content-type": "image/x-acme" },
    value,
    status: 418,
  });

  const response = await answered;

  expect([response.status, response.headers.get("content-type")]).toEqual([418, "image/x-acme"]);
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
});

test("nobody waits for what takes no time", async () => {
  const response = await post(`${lamp}/outbox/messages/fire?timeout=0`, "x", {
    "content-type": "text/plain",
  });

  expect([response.status, await response.text()]).toEqual([202, ""]);
  expect(await device.message()).toMatchObject({
    value: "x",
    headers: { timeout: "0", "response-required": false, "requested-acks": [] },
  });
});

test("who may not send a message still may send a claim message", async () => {
  const authorization = `Basic ${Buffer.from("other:other").toString("base64")}`;
  const refused = await post(`${lamp}/inbox/messages/ask`, "{}", { ...json, authorization });
  const claimed = post(`${lamp}/inbox/claim`, "{}", { ...json, authorization });
  await answerNext({ status: 204 });

  expect(refused.status).toBeOneOf([403, 404]);
  expect((await claimed).status).toBe(204);
});

test("a live read shows what the device says, a live write changes nothing of the twin", async () => {
  const reading = server.fetch(`${lamp}/attributes/a?channel=live`);
  await answerNext({ value: "live value", status: 200 });
  const writing = server.fetch(`${lamp}/attributes/a?channel=live`, {
    method: "PUT",
    body: "1",
    headers: json,
  });
  await answerNext({ status: 204 });

  expect(await (await reading).text()).toBe('"live value"');
  expect((await writing).status).toBe(204);
  expect(await (await server.fetch(`${lamp}/attributes/a`)).text()).toBe('"twin value"');
});

test("a condition on the twin chooses who answers", async () => {
  const when = (value: string) => `${lamp}/attributes/a?live-channel-condition=eq(attributes/a,"${value}")`;
  const twin = await server.fetch(when("another"));
  const asking = server.fetch(when("twin value"));
  await answerNext({ value: "live value", status: 200 });
  const live = await asking;

  expect([await twin.text(), toldIn(twin)]).toMatchObject([
    '"twin value"',
    { channel: "twin", "live-channel-condition-matched": "false" },
  ]);
  expect([await live.text(), toldIn(live)]).toMatchObject([
    '"live value"',
    { channel: "live", "live-channel-condition-matched": "true" },
  ]);
});

test("a device that does not answer: 408, or the twin where that will do", async () => {
  const path = `${lamp}/attributes/a?channel=live&timeout=100ms`;

  const late = await server.fetch(path);
  const twin = await server.fetch(`${path}&live-channel-timeout-strategy=use-twin`);

  expect(late.status).toBe(408);
  expect([twin.status, await twin.text(), twin.headers.get("channel")]).toEqual([
    200,
    '"twin value"',
    "twin",
  ]);
});

test("acknowledgements of others are told with the answer", async () => {
  await using witness = await openSession(server, undefined, "?declared-acks=mine");
  witness.send("START-SEND-MESSAGES");
  expect(await witness.next()).toBe("START-SEND-MESSAGES:ACK");
  const answered = post(`${lamp}/inbox/messages/ask?requested-acks=mine,live-response&timeout=5`, "{}");
  const seen = await witness.message();
  witness.send({
    topic: "org.acme/lamp/things/live/acks/mine",
    path: "/",
    headers: { "correlation-id": seen.headers["correlation-id"] },
    value: "seen",
    status: 200,
  });
  await answerNext({ value: { a: 1 }, status: 201 });

  const response = await answered;

  expect([response.status, await response.json()]).toMatchObject([
    200,
    { mine: { status: 200, payload: "seen" }, "live-response": { status: 201 } },
  ]);
});

test("a CloudEvent changes the twin", async () => {
  const value = { topic: "org.acme/lamp/things/twin/commands/modify", path: "/attributes/ce", value: 1 };
  const attributes = { "ce-specversion": "1.0", "ce-type": "x", "ce-source": "/s", "ce-id": "1" };

  const response = await post("/api/2/cloudevents", JSON.stringify(value), { ...json, ...attributes });
  const refused = await post(
    "/api/2/cloudevents",
    JSON.stringify({ ...value, path: "/policyId", value: "none" }),
    { ...json, ...attributes },
  );

  expect([response.status, await response.text()]).toEqual([202, ""]);
  expect(await (await server.fetch(`${lamp}/attributes/ce`)).text()).toBe("1");
  expect(refused.status).toBe(400);
  expect(server.stderr()).not.toContain('"level":"error"');
});
