import { expect, test } from "vitest";
import type { JsonObject } from "../../src/base/json/json.ts";
import { acknowledgementOf } from "../../src/protocol/acknowledgement.ts";
import { readEnvelope } from "../../src/protocol/envelope.ts";
import { type AckTopic, parseTopic } from "../../src/protocol/topic.ts";
import { codeOf } from "../support/things.ts";

const topic = "org.acme/lamp/things/twin/acks/my-ack";
const read = (message: JsonObject) => {
  const envelope = readEnvelope({ topic, path: "/", ...message });
  return acknowledgementOf(envelope, parseTopic(envelope.topic) as AckTopic);
};

test("an acknowledgement has a label, a status, and maybe a value", () => {
  expect(read({ status: 200, value: { done: true } })).toEqual({
    label: "my-ack",
    status: 200,
    value: { done: true },
  });
  expect(read({ status: 599 })).toEqual({ label: "my-ack", status: 599 });
  expect(read({ status: 204, value: null })).toEqual({ label: "my-ack", status: 204, value: null });
});

const refused: readonly (readonly [says: string, message: JsonObject, code: string])[] = [
  ["no status", {}, "protocoladapter:unknown.topicpath"],
  ["a status below those of HTTP", { status: 99 }, "protocoladapter:unknown.topicpath"],
  ["a status beyond those of HTTP", { status: 600 }, "protocoladapter:unknown.topicpath"],
  ["a status that is a text", { status: "200" }, "json.invalid"],
  ["a status that is a fraction", { status: 200.5 }, "json.invalid"],
  [
    "a label that is too short",
    { status: 200, topic: topic.replace("my-ack", "a") },
    "acknowledgement:label.invalid",
  ],
  ["a label with a slash", { status: 200, topic: `${topic}/more` }, "acknowledgement:label.invalid"],
  [
    "a label that is too long",
    { status: 200, topic: topic.replace("my-ack", "a".repeat(166)) },
    "acknowledgement:label.invalid",
  ],
  ["no label", { status: 200, topic: topic.replace("/my-ack", "") }, "signal.unsupported"],
];
test.each(refused)("%s is refused", (_, message, code) => {
  expect(codeOf(() => read(message))).toBe(code);
});
