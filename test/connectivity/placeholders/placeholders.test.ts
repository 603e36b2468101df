import { expect, test } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import { incomingValues } from "../../../src/connectivity/placeholders/incoming.ts";
import {
  answerValues,
  messageValues,
  signalValues,
} from "../../../src/connectivity/placeholders/outgoing.ts";
import { isConnectionPlaceholder } from "../../../src/connectivity/placeholders/scope.ts";
import { conditionsOf, textOf, withConnectionId } from "../../../src/connectivity/placeholders/texts.ts";
import { eventOf, liveCommandOf, messageOf } from "../../pubsub/world.ts";

const received = {
  connectionId: "bridge",
  address: "in/a",
  headers: { device_id: "d1" },
  subjects: ["s1", "s2"],
};
const command = (topic: string, path: string, value?: unknown): JsonObject =>
  ({ topic, headers: {}, path, ...(value !== undefined && { value }) }) as JsonObject;
const deliveryOf = (signal: Parameters<typeof signalValues>[1]["signal"], extra?: JsonObject) => ({
  ...{ signal, value: "value" in signal ? signal.value : undefined, extra, origin: undefined },
  ...{ text: () => "", textWith: () => "" },
});

const topics = [
  {
    message: command("org.acme/lamp/things/twin/commands/create", "/"),
    says: {
      "topic:full": "org.acme/lamp/things/twin/commands/create",
      "topic:namespace": "org.acme",
      "topic:entityName": "lamp",
      "topic:group": "things",
      "topic:channel": "twin",
      "topic:criterion": "commands",
      "topic:action": "create",
      "topic:subject": undefined,
      "topic:action-subject": "create",
      "entity:id": "org.acme:lamp",
      "thing:id": "org.acme:lamp",
      "thing:namespace": "org.acme",
      "thing:name": "lamp",
      "policy:id": undefined,
      "resource:type": "thing",
      "resource:path": "/",
    },
  },
  {
    message: command("org.acme/lamp/things/live/messages/hello/world", "/inbox/messages/hello/world"),
    says: {
      "topic:action": undefined,
      "topic:subject": "hello/world",
      "topic:action-subject": "hello/world",
      "topic:channel": "live",
      "resource:type": "message",
      "resource:path": "/inbox/messages/hello/world",
    },
  },
  {
    message: command("org.acme/rules/policies/commands/delete", "/entries/a"),
    says: {
      "entity:id": "org.acme:rules",
      "policy:name": "rules",
      "thing:id": undefined,
      "topic:criterion": "commands",
      "topic:action": "delete",
      "resource:type": "policy",
    },
  },
  {
    message: command("_/bridge/connections/announcements/opened", "/"),
    says: {
      "entity:id": "bridge",
      "entity:namespace": undefined,
      "resource:type": "connection",
      "topic:subject": "opened",
    },
  },
];

for (const { message, says } of topics) {
  test(`what comes in with the topic ${message.topic} has the placeholders of its topic and path`, () => {
    const values = incomingValues(received, message);
    for (const [name, value] of Object.entries(says)) expect([name, values(name)[0]]).toEqual([name, value]);
  });
}

test("an incoming message has its headers, address and subjects, and the ID of the connection", () => {
  const values = incomingValues(received);
  expect(values("header:Device_ID")).toEqual(["d1"]);
  expect(values("source:address")).toEqual(["in/a"]);
  expect(values("connection:id")).toEqual(["bridge"]);
  expect(values("request:subjectId")).toEqual(["s1", "s2"]);
  expect(values("thing:id")).toEqual([]);
});

test("features are those that a path names, or a value for several of them holds", () => {
  const topic = "org.acme/lamp/things/twin/commands/modify";
  const featuresOf = (path: string, value?: unknown) =>
    incomingValues(received, command(topic, path, value))("feature:id");
  expect(featuresOf("/features/lamp/properties/on", true)).toEqual(["lamp"]);
  expect(featuresOf("/features", { a: {}, b: {} })).toEqual(["a", "b"]);
  expect(featuresOf("/", { features: { c: {} } })).toEqual(["c"]);
  expect(featuresOf("/attributes/a", { features: { c: {} } })).toEqual([]);
});

test("an event has the thing that it tells of, with its extra fields", () => {
  const delivery = deliveryOf(eventOf("modified", "/attributes/a", { b: 5 }), {
    attributes: { tags: ["x", "y"] },
  });
  const values = signalValues("bridge", delivery);
  expect(values("thing-json:attributes/a/b")).toEqual(["5"]);
  expect(values("thing-json:attributes/tags")).toEqual(["x", "y"]);
  expect(values("thing-json:attributes/none")).toEqual([]);
  expect(values("resource:path")).toEqual(["/attributes/a"]);
  expect(values("topic:full")).toEqual(["org.acme/lamp/things/twin/events/modified"]);
});

test("the headers of a signal are those that it is told with", () => {
  const event = { ...eventOf("merged", "/", {}, { "correlation-id": "c", mine: "m" }), originator: "ann" };
  const values = signalValues("bridge", deliveryOf(event));
  expect(values("header:content-type")).toEqual(["application/merge-patch+json"]);
  expect(values("header:entity-revision")).toEqual(["2"]);
  expect(values("header:ditto-originator")).toEqual(["ann"]);
  expect(values("header:mine")).toEqual(["m"]);
  expect(values("request:subjectId")).toEqual(["ann"]);
});

test("live signals have their subject or action", () => {
  const message = signalValues("bridge", deliveryOf(messageOf("ask")));
  expect([message("topic:subject"), message("topic:action"), message("resource:type")]).toEqual([
    ["ask"],
    [],
    ["message"],
  ]);
  const live = signalValues("bridge", deliveryOf(liveCommandOf("retrieve", "/features/f")));
  expect([live("topic:action"), live("feature:id")]).toEqual([["retrieve"], ["f"]]);
});

test("an answer repeats the headers of its question without being parsed, and has its own", () => {
  let parsed = 0;
  const answer = () => {
    parsed++;
    return {
      topic: "org.acme/lamp/things/twin/errors",
      headers: { "content-type": "application/json" },
      path: "/",
    };
  };
  const asked = {
    headers: { "reply-to": "there", "content-type": "text/plain" },
    subjects: ["s"],
    thingId: "org.acme:lamp",
  };
  const values = answerValues("bridge", answer, asked);
  expect([values("header:reply-to"), values("thing:id"), values("request:subjectId")]).toEqual([
    ["there"],
    ["org.acme:lamp"],
    ["s"],
  ]);
  expect(parsed).toBe(0);
  expect(values("header:content-type")).toEqual(["application/json"]);
  expect(values("topic:criterion")).toEqual(["errors"]);
  expect(parsed).toBe(1);
});

test("an announcement has the placeholders of its message", () => {
  const message = () => ({
    topic: "org.acme/rules/policies/announcements/subjectDeletion",
    headers: {},
    path: "/",
  });
  const values = messageValues("bridge", message);
  expect([values("policy:id"), values("topic:subject"), values("thing:id")]).toEqual([
    ["org.acme:rules"],
    ["subjectDeletion"],
    [],
  ]);
});

test("the scope of connections holds all placeholders of the page, and no others", () => {
  const names = ["thing-json:attributes/a", "header:any", "time:now-7d[h]", "policy:name", "connection:id"];
  expect(names.filter((name) => !isConnectionPlaceholder(name))).toEqual([]);
  const others = ["jwt:sub", "thing-json:id", "source:address", "policy-entry:label", "topic:nothing"];
  expect(others.filter(isConnectionPlaceholder)).toEqual([]);
});

test("a placeholder with a hyphen can be the parameter of a function", () => {
  const text = textOf("{{ header:none | fn:default(thing-json:attributes/a) }}");
  expect(text.first((name) => (name === "thing-json:attributes/a" ? ["5"] : []))).toBe("5");
});

test("a condition holds where its pipeline leaves something", () => {
  const isWanted = conditionsOf({
    one: "fn:filter(header:kind,'eq','x')",
    two: "fn:filter(header:kind,'exists')",
  });
  expect(isWanted((name) => (name === "header:kind" ? ["x"] : []))).toBe(true);
  expect(isWanted((name) => (name === "header:kind" ? ["y"] : []))).toBe(false);
  expect(conditionsOf({})(() => [])).toBe(true);
});

test("labels hold the ID of the connection, and no other placeholder", () => {
  expect(withConnectionId("{{connection:id}}:mine", "bridge")).toBe("bridge:mine");
  expect(withConnectionId("{{ header:a }}:mine", "bridge")).toBeUndefined();
});
