import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../src/base/json/json.ts";
import { headersOf, readEnvelope } from "../../src/protocol/envelope.ts";
import { liveOf } from "../../src/protocol/live.ts";
import { type LiveTopic, parseTopic } from "../../src/protocol/topic.ts";
import { codeOf, ditto } from "../support/things.ts";

const start = "org.acme/lamp/things/live";
const read = (message: JsonObject) => {
  const envelope = readEnvelope(message);
  const headers = headersOf(envelope, 5_120);
  return liveOf(envelope, parseTopic(envelope.topic) as LiveTopic, headers, ditto);
};
const headers = { "correlation-id": "c", "content-type": "application/json" };
const said = { id: "org.acme:lamp", headers: { ...headers, channel: "live" }, auth: ditto };

describe("a message of the live channel is read", () => {
  const cases: readonly (readonly [what: string, message: JsonObject, signal: object])[] = [
    [
      "into a command",
      { topic: `${start}/commands/modify`, headers, path: "/attributes/a", value: 7 },
      { ...said, says: "live-command", kind: "thing", action: "modify", path: ["attributes", "a"], value: 7 },
    ],
    [
      "into a retrieve with its fields",
      {
        topic: `${start}/commands/retrieve`,
        headers: { ...headers, channel: "twin" },
        path: "/",
        fields: "a,b",
      },
      { ...said, says: "live-command", kind: "thing", action: "retrieve", path: [], fields: [["a"], ["b"]] },
    ],
    [
      "into the answer to a command, where it has a status",
      { topic: `${start}/commands/retrieve`, headers, path: "/attributes/a", value: 7, status: 200 },
      {
        ...said,
        says: "live-response",
        action: "retrieve",
        path: ["attributes", "a"],
        value: 7,
        status: 200,
      },
    ],
    [
      "into a command where the status is none of HTTP",
      { topic: `${start}/commands/delete`, headers, path: "/attributes/a", status: 999 },
      { ...said, says: "live-command", kind: "thing", action: "delete", path: ["attributes", "a"] },
    ],
    [
      "into an event",
      {
        ...{ topic: `${start}/events/modified`, headers, path: "/features/f/properties/p", value: 7 },
        ...{ revision: 3, timestamp: "2026-11-21T10:18:56.1620Z", metadata: { unit: "m" }, status: 200 },
      },
      {
        ...{ ...said, says: "live-event", action: "modified", path: ["features", "f", "properties", "p"] },
        ...{ value: 7, revision: 3, timestamp: "2026-11-21T10:18:56.1620Z", metadata: { unit: "m" } },
      },
    ],
    [
      "into a message to a thing",
      { topic: `${start}/messages/a/b`, headers, path: "/inbox/messages/a/b", value: { q: 1 } },
      { ...said, says: "message", direction: "to", subject: "a/b", payload: { is: "json", value: { q: 1 } } },
    ],
    [
      "into a message from a feature",
      { topic: `${start}/messages/hi`, headers, path: "/features/f~1g/outbox/messages/hi" },
      { ...said, says: "message", direction: "from", featureId: "f/g", subject: "hi" },
    ],
    [
      "into a message of a feature that is named like a box",
      { topic: `${start}/messages/hi`, headers, path: "/features/inbox/inbox/messages/hi" },
      { ...said, says: "message", direction: "to", featureId: "inbox", subject: "hi" },
    ],
    [
      "into the answer to a message",
      { topic: `${start}/messages/hi`, headers, path: "/outbox/messages/hi", value: 42, status: 200 },
      {
        ...{ ...said, says: "message-response", direction: "from", subject: "hi", status: 200 },
        payload: { is: "json", value: 42 },
      },
    ],
    [
      "into an error, whose value tells the status",
      { topic: `${start}/errors`, headers, path: "/", value: { status: 418, error: "a:b" }, status: 500 },
      { ...said, says: "live-error", status: 418, error: { status: 418, error: "a:b" } },
    ],
  ];
  test.each(cases)("%s", (_what, message, signal) => expect(read(message)).toEqual(signal));
});

describe("a message of the live channel is refused", () => {
  const event = { topic: `${start}/events/modified`, path: "/attributes/a", value: 1, revision: 1 };
  const { revision: _, ...unnumbered } = event;
  const message = { topic: `${start}/messages/hi`, path: "/inbox/messages/hi" };
  const error = { topic: `${start}/errors`, path: "/" };
  const cases: readonly (readonly [why: string, message: JsonObject, code: string])[] = [
    ["an event without a revision", unnumbered, "json.field.missing"],
    ["an event with a revision that is none", { ...event, revision: "1" }, "json.invalid"],
    ["an event with a timestamp that is none", { ...event, timestamp: "now" }, "json.invalid"],
    ["an event with metadata that is no object", { ...event, metadata: 5 }, "json.invalid"],
    ["a status that is no number", { ...message, status: "200" }, "json.invalid"],
    ["a path without a box", { ...message, path: "/messages/hi" }, "protocoladapter:invalid.path"],
    ["a path of another subject", { ...message, path: "/inbox/messages/ho" }, "protocoladapter:invalid.path"],
    ["a path that goes on", { ...message, path: "/inbox/messages/hi/ho" }, "protocoladapter:invalid.path"],
    [
      "a path of no feature",
      { ...message, path: "/features//inbox/messages/hi" },
      "protocoladapter:invalid.path",
    ],
    [
      "a subject with a control character",
      { topic: `${start}/messages/h\u00e4`, path: "/inbox/messages/h\u00e4" },
      "header.invalid",
    ],
    ["an error without a value", { ...error, status: 400 }, "json.field.missing"],
    ["an error without a status", { ...error, value: { error: "a" } }, "json.field.missing"],
    ["an error that is no object", { ...error, value: "a" as JsonValue, status: 400 }, "json.invalid"],
  ];
  test.each(cases)("%s", (_why, given, code) => expect(codeOf(() => read(given))).toBe(code));
});
