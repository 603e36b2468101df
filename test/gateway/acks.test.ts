// Acknowledgements from end to end: who asks for them by HTTP or WebSocket, and the sessions that give them.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/server.ts";
import { type Message, openSession, type Session } from "../support/socket.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ env: { ENABLE_PRE_AUTHENTICATION: "true" } });
  for (const name of ["lamp", "secret"]) {
    const subjects = { "nginx:ditto": { type: "t" } };
    const writer = { subjects, resources: { "thing:/": rights, "policy:/": rights, "message:/": rights } };
    const device = {
      subjects: { "nginx:device": { type: "t" } },
      resources: name === "lamp" ? { "thing:/": rights, "message:/": rights } : {},
    };
    const _policy = { entries: { writer, device } };
    await put(`/${name}`, { _policy });
  }
}, 60_000);
afterAll(() => server?.[Symbol.asyncDispose]());

const rights = { grant: ["READ", "WRITE"], revoke: [] };

const ask = async (method: string, path: string, body: unknown) => {
  const response = await server.fetch(`/api/2/things/org.acme:${path.slice(1)}`, {
    method,
    body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
  });
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : undefined, headers: response.headers };
};
const put = (path: string, body: unknown) => ask("PUT", path, body);

/** A session of the device, which declares a label and is told of a stream. */
async function device(declared: string, stream = "EVENTS", parameters = ""): Promise<Session> {
  const headers = { "x-ditto-pre-authenticated": "nginx:device", "declared-acks": declared };
  const session = await openSession(server, headers);
  session.send(`START-SEND-${stream}${parameters}`);
  await session.next();
  return session;
}
const acknowledge = (session: Session, { topic, headers }: Message, label: string, more: object = {}) =>
  session.send({
    topic: topic.replace(/\/(events|commands|messages)\/.*/, `/acks/${label}`),
    headers: { "correlation-id": headers["correlation-id"] },
    path: "/",
    status: 200,
    ...more,
  });

describe("a change of a twin", () => {
  test("is answered with the acknowledgements of those who are told of it", async () => {
    await using session = await device("my-ack");
    const answer = put("/lamp/attributes/a?requested-acks=twin-persisted,my-ack&timeout=10s", 1);
    const event = await session.message();
    expect(event.headers["requested-acks"]).toEqual(["my-ack"]);

    acknowledge(session, event, "my-ack", { value: { done: true } });

    const { status, body } = await answer;
    expect(status).toBe(200);
    expect(body).toMatchObject({
      "twin-persisted": { status: 201, payload: 1 },
      "my-ack": { status: 200, payload: { done: true }, headers: { "correlation-id": expect.any(String) } },
    });
  });

  test("waits for no session that is not told: not allowed, not interested, or not subscribed", async () => {
    await using session = await device("my-ack", "EVENTS", "?filter=eq(attributes/n,2)");
    await using other = await device("other:ack", "MESSAGES");

    const labels = "requested-acks=my-ack,other:ack&timeout=10s";
    for (const path of ["/lamp/attributes/n", "/secret/attributes/n"]) {
      const { status, body } = await put(`${path}?${labels}`, 1);
      expect(status).toBe(200);
      const weak = { status: 200, headers: { "ditto-weak-ack": true } };
      expect(body).toMatchObject({ "my-ack": weak, "other:ack": weak });
    }
    expect([session.inbox, other.inbox]).toEqual([[], []]);
  });

  test("may be asked for twice by the same correlation ID", async () => {
    await using session = await device("my-ack");
    await using asking = await openSession(server);
    const change = (value: number) => ({
      topic: "org.acme/lamp/things/twin/commands/modify",
      path: "/attributes/twice",
      headers: { "correlation-id": "same", "requested-acks": ["my-ack"], timeout: "10s" },
      value,
    });
    asking.send(change(1));
    asking.send(change(2));
    const [first, second] = [await session.message(), await session.message()];

    acknowledge(session, second, "my-ack", { value: second.value });
    expect(await asking.message()).toMatchObject({
      headers: { "correlation-id": "same" },
      value: { "my-ack": { payload: 2 } },
    });
    acknowledge(session, first, "my-ack", { value: first.value });
    expect(await asking.message()).toMatchObject({
      headers: { "correlation-id": "same" },
      value: { "my-ack": { payload: 1 } },
    });
  });
});

describe("a message", () => {
  test("is answered with its answer and acknowledgements", async () => {
    await using session = await device("my-ack", "MESSAGES");
    const answer = ask("POST", "/lamp/inbox/messages/ask?requested-acks=my-ack&timeout=10s", { q: 1 });
    const message = await session.message();
    expect(message.headers["requested-acks"]).toEqual(["my-ack"]);

    acknowledge(session, message, "my-ack", { status: 202 });
    session.send({
      topic: message.topic,
      headers: { "correlation-id": message.headers["correlation-id"], "content-type": "application/json" },
      path: "/outbox/messages/ask",
      value: { answer: 42 },
      status: 200,
    });

    const { status, body } = await answer;
    expect(status).toBe(200);
    expect(body).toMatchObject({
      "my-ack": { status: 202 },
      "live-response": { status: 200, payload: { answer: 42 }, headers: { channel: "live" } },
    });
  });

  test("without a response is accepted once it is acknowledged", async () => {
    await using session = await device("my-ack", "MESSAGES");
    const labels = "requested-acks=my-ack&response-required=false&timeout=10s";
    const answer = ask("POST", `/lamp/inbox/messages/ask?${labels}`, { q: 1 });

    acknowledge(session, await session.message(), "my-ack");

    expect((await answer).status).toBe(202);
  });
});

test("a live command over a WebSocket is told its acknowledgements on the live channel", async () => {
  await using session = await device("my-ack", "LIVE-COMMANDS");
  await using asking = await openSession(server);
  asking.send({
    topic: "org.acme/lamp/things/live/commands/modify",
    path: "/attributes/a",
    headers: { "correlation-id": "live", "requested-acks": ["my-ack"], timeout: "10s" },
    value: 7,
  });
  const command = await session.message();

  acknowledge(session, command, "my-ack");
  const { topic, path } = command;
  session.send({ topic, path, headers: { "correlation-id": "live" }, status: 204 });

  expect(await asking.message()).toMatchObject({
    topic: "org.acme/lamp/things/live/acks",
    headers: { "correlation-id": "live", "response-required": false },
    value: { "my-ack": { status: 200 }, "live-response": { status: 204 } },
    status: 200,
  });
});
