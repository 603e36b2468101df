import { describe, expect, test } from "vitest";
import { isObject, type JsonObject, type JsonValue } from "../../src/base/json/json.ts";
import { headersOf, readEnvelope } from "../../src/protocol/envelope.ts";
import { liveOf } from "../../src/protocol/live.ts";
import { printLiveAnswer, printLiveSignal } from "../../src/protocol/print-live.ts";
import { type LiveTopic, parseTopic } from "../../src/protocol/topic.ts";
import type { LiveAnswer, LiveSignal } from "../../src/signals/live.ts";
import { readLines } from "../replay/recording.ts";

const auth = { subjects: ["nginx:ditto"] };
const read = (message: JsonValue) => {
  const envelope = readEnvelope(message);
  return liveOf(envelope, parseTopic(envelope.topic) as LiveTopic, headersOf(envelope, 5_120), auth);
};
const isAnswer = (said: LiveSignal | LiveAnswer): said is LiveAnswer =>
  said.says.endsWith("response") || said.says === "live-error";
const start = "org.acme/lamp/things/live";
const headers = { "correlation-id": "c" };
const signalOf = (message: JsonObject) => read({ headers, ...message }) as LiveSignal;
const printed = (message: JsonObject, shown?: Parameters<typeof printLiveSignal>[1]): JsonObject =>
  JSON.parse(printLiveSignal(signalOf(message), shown)) as JsonObject;
const headersOn = (message: JsonObject, shown?: Parameters<typeof printLiveSignal>[1]) =>
  printed(message, shown).headers as JsonObject;

describe("what Ditto told in the recording is printed as it was", () => {
  const told = (readLines("ws-live-messages.jsonl") as readonly JsonObject[])
    .map(({ server }) => server)
    .filter((message) => isObject(message) && String(message.topic).includes("/things/live/"));
  const signals = told.filter((message) => !JSON.stringify(message).includes("json.field.missing"));

  test("and there are some", () => expect(signals).toHaveLength(8));

  test.each(signals)("%j", (message) => {
    const signal = read(message as JsonValue);
    const text = isAnswer(signal) ? printLiveAnswer(signal) : printLiveSignal(signal);
    expect(JSON.parse(text)).toEqual(message);
  });
});

describe("a live command is printed", () => {
  const modify = { topic: `${start}/commands/modify`, path: "/attributes/a~1b", value: { x: 1 } };

  test("with the part of its value that may be seen, and extra fields", () => {
    expect(printed(modify, { value: { y: 2 }, extra: { attributes: {} } })).toMatchObject({
      ...{ topic: `${start}/commands/modify`, path: "/attributes/a~1b" },
      ...{ value: { y: 2 }, extra: { attributes: {} } },
    });
    expect(printed(modify)).toMatchObject({ value: { x: 1 } });
  });

  test("with the fields that it selects", () => {
    const retrieve = { topic: `${start}/commands/retrieve`, path: "/", fields: "thingId,attributes(a,b)" };
    expect(printed(retrieve)).toMatchObject({ fields: "thingId,attributes/a,attributes/b" });
    expect(printed(retrieve)).not.toHaveProperty("value");
  });

  test("a merge with its content type", () => {
    const merge = { topic: `${start}/commands/merge`, path: "/attributes", value: {} };
    expect(headersOn(merge)["content-type"]).toBe("application/merge-patch+json");
  });
});

describe("a subscriber is told who waits", () => {
  const ask = { topic: `${start}/messages/ask`, path: "/inbox/messages/ask" };
  const cases: readonly (readonly [why: string, asked: JsonObject, required: boolean, acks: unknown])[] = [
    ["an answer is wanted where nothing is said of it", {}, true, undefined],
    ["there is no time for one", { timeout: "0" }, false, []],
    ["none is wanted", { "response-required": false }, false, []],
    ["no acknowledgement is wanted", { "requested-acks": [] }, true, []],
    ["acknowledgements of others are", { "requested-acks": ["my-ack"] }, true, undefined],
  ];
  test.each(cases)("%s", (_why, asked, required, acks) => {
    const given = headersOn({ ...ask, headers: { ...headers, ...asked } });
    expect(given["response-required"]).toBe(required);
    expect(given["requested-acks"]).toEqual(acks);
  });

  test("which acknowledgements it is asked for", () => {
    expect(headersOn(ask, { requestedAcks: ["my-ack"] })["requested-acks"]).toEqual(["my-ack"]);
    expect(headersOn(ask, { requestedAcks: [] })).not.toHaveProperty("requested-acks");
  });
});

describe("a live event is printed", () => {
  const event = {
    ...{ topic: `${start}/events/modified`, path: "/attributes/a", value: 1 },
    ...{ revision: 3, timestamp: "2026-11-21T10:18:56.1620Z" },
  };

  test("with its own revision and time, and wants no answer", () => {
    expect(printed(event)).toEqual({
      topic: `${start}/events/modified`,
      headers: {
        ...headers,
        channel: "live",
        "ditto-originator": "nginx:ditto",
        "response-required": false,
        "content-type": "application/json",
      },
      ...{ path: "/attributes/a", value: 1, revision: 3, timestamp: "2026-11-21T10:18:56.1620Z" },
    });
  });

  test("without a content type where it has no value, and with the acknowledgements it asks for", () => {
    const deleted = { topic: `${start}/events/deleted`, path: "/attributes/a", revision: 3 };
    expect(headersOn(deleted)).not.toHaveProperty("content-type");
    expect(headersOn(deleted, { requestedAcks: ["my-ack"] })["requested-acks"]).toEqual(["my-ack"]);
  });
});

test("a message without a content type is told without one, its payload as base64", () => {
  const message = { topic: `${start}/messages/hi`, path: "/features/f/outbox/messages/hi", value: "hi you" };
  expect(printed(message)).toMatchObject({ value: "aGkgeW91", path: "/features/f/outbox/messages/hi" });
  expect(headersOn(message)).not.toHaveProperty("content-type");
  expect(headersOn(message)["ditto-message-feature-id"]).toBe("f");
});

test("the error of a device is told on the topic of live errors", () => {
  const error = { status: 418, error: "acme:teapot", message: "No coffee." };
  const answer = read({ topic: `${start}/errors`, headers, path: "/", value: error, status: 418 });
  expect(isAnswer(answer) && JSON.parse(printLiveAnswer(answer))).toEqual({
    topic: `${start}/errors`,
    headers: {
      ...headers,
      channel: "live",
      "ditto-originator": "nginx:ditto",
      "response-required": false,
      "content-type": "application/json",
    },
    ...{ path: "/", value: error, status: 418 },
  });
});
