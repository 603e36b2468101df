import { expect, test } from "vitest";
import type { JsonObject } from "../../src/base/json/json.ts";
import { acknowledgementsOf } from "../../src/protocol/acknowledgement.ts";
import { readEnvelope } from "../../src/protocol/envelope.ts";
import { type AckTopic, parseTopic } from "../../src/protocol/topic.ts";
import { codeOf } from "../support/things.ts";

const topic = "org.acme/lamp/things/twin/acks/my-ack";
const read = (message: JsonObject) => {
  const envelope = readEnvelope({ topic, path: "/", ...message });
  return acknowledgementsOf(envelope, parseTopic(envelope.topic) as AckTopic);
};

test("an acknowledgement has a label, a status, and maybe a value", () => {
  expect(read({ status: 200, value: { done: true } })).toEqual([
    { label: "my-ack", status: 200, value: { done: true } },
  ]);
  expect(read({ status: 599 })).toEqual([{ label: "my-ack", status: 599 }]);
  expect(read({ status: 204, value: null })).toEqual([{ label: "my-ack", status: 204, value: null }]);
});

const several = topic.replace("/my-ack", "");

test("several acknowledgements come by their labels, each with a status and maybe a payload", () => {
  const value = { "my-ack": { status: 204, headers: {} }, "b:ack": { status: 400, payload: [1] } };

  expect(read({ topic: several, status: 424, value })).toEqual([
    { label: "my-ack", status: 204 },
    { label: "b:ack", status: 400, value: [1] },
  ]);
  expect(read({ topic: several.replace("twin", "live"), status: 200, value: {} })).toEqual([]);
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
  ["several without a value", { status: 200, topic: several }, "json.field.missing"],
  ["several in a list", { status: 200, topic: several, value: [] }, "json.invalid"],
  ["several that are no objects", { status: 200, topic: several, value: { "my-ack": 200 } }, "json.invalid"],
  [
    "several of which one has no status",
    { status: 200, topic: several, value: { "my-ack": {} } },
    "json.field.missing",
  ],
  [
    "several of which one has no status of HTTP",
    { status: 200, topic: several, value: { "my-ack": { status: 99 } } },
    "json.invalid",
  ],
  [
    "several of which one has no label",
    { status: 200, topic: several, value: { a: { status: 200 } } },
    "acknowledgement:label.invalid",
  ],
];
test.each(refused)("%s is refused", (_, message, code) => {
  expect(codeOf(() => read(message))).toBe(code);
});
