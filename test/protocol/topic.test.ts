import { describe, expect, test } from "vitest";
import { parseTopic, printTopic } from "../../src/protocol/topic.ts";
import { codeOf } from "../support/things.ts";

describe("topics of commands", () => {
  const cases = [
    ["org.acme/lamp/things/twin/commands/modify", { kind: "thing", id: "org.acme:lamp", action: "modify" }],
    ["org.acme/lamp/things/twin/commands/create", { kind: "thing", id: "org.acme:lamp", action: "create" }],
    ["org.acme/lamp/things/twin/commands/merge", { kind: "thing", id: "org.acme:lamp", action: "merge" }],
    ["org.acme/lamp/things/twin/commands/delete", { kind: "thing", id: "org.acme:lamp", action: "delete" }],
    ["org.acme/lamp/policies/commands/retrieve", { kind: "policy", id: "org.acme:lamp", action: "retrieve" }],
    ["a/b:c d€/things/twin/commands/retrieve", { kind: "thing", id: "a:b:c d€", action: "retrieve" }],
    ["_/_/things/twin/commands/retrieve", { kind: "thing", id: undefined, action: "retrieve" }],
    ["a/things/things/twin/commands/delete", { kind: "thing", id: "a:things", action: "delete" }],
  ] as const;
  for (const [topic, parsed] of cases) {
    test(topic, () => expect(parseTopic(topic)).toEqual({ says: "command", ...parsed }));
  }
});

describe("topics of acknowledgements", () => {
  const cases = [
    ["a/b/things/twin/acks/my-ack", "my-ack"],
    ["a/b/things/live/acks/connection:ack", "connection:ack"],
    ["a/b/things/twin/acks/no/label", "no/label"],
    ["a/b/things/twin/acks", undefined],
    ["a/b/things/twin/acks/", undefined],
  ] as const;
  for (const [topic, label] of cases) {
    test(topic, () => expect(parseTopic(topic)).toEqual({ says: "acknowledgement", id: "a:b", label }));
  }
});

test("permissions are checked of no policy in particular", () => {
  expect(parseTopic("_/_/policies/commands/checkPermissions")).toEqual({ says: "permissions" });
  expect(parseTopic("a/b/policies/commands/checkPermissions")).toEqual({ says: "permissions" });
});

describe("topics of searches", () => {
  const cases = [
    ["_/_/things/twin/search/subscribe", "subscribe", undefined],
    ["_/_/things/twin/search/request", "request", undefined],
    ["_/_/things/twin/search/cancel", "cancel", undefined],
    ["_/_/things/twin/search/cancel/more", "cancel", undefined],
    ["a/_/things/twin/search/subscribe", "subscribe", undefined],
    ["a/b/things/twin/search/subscribe", "subscribe", "a:b"],
    ["1/b/things/twin/search/subscribe", "subscribe", undefined],
  ] as const;
  for (const [topic, action, id] of cases) {
    test(topic, () => expect(parseTopic(topic)).toEqual({ says: "search", action, id }));
  }
});

describe("other topics are refused", () => {
  const unknown = [
    "",
    "/",
    "bogus/topic",
    "a/b",
    "a/b/things",
    "a/b/things/twin",
    "a/b/things/twin/commands",
    "a/b/things/twin/commands/",
    "a/b/things/twin/commands/fly",
    "a/b/things/twin/commands/toString",
    "a/b/things/twin/commands/modify/more",
    "a/b/things/commands/modify",
    "a/b/things/none/commands/modify",
    "a/b/policies/twin/commands/modify",
    "a/b/gadgets/twin/commands/modify",
    "a/b/__proto__/twin/commands/modify",
    "a/b/constructor/twin/commands/modify",
    "/b/things/twin/commands/modify",
    "a//things/twin/commands/modify",
    "1a/b/things/twin/commands/modify",
    "a/ü/things/twin/commands/modify",
    "_/b/things/twin/commands/modify",
    `a/${"b".repeat(255)}/things/twin/commands/modify`,
    "a/b/things/twin/bogus/modify",
    "a/b/things/none/acks/my-ack",
    "1a/b/things/twin/acks/my-ack",
    "a/b/policies/acks/my-ack",
    "a/b/policies/messages/hi",
    "a/b/policies/search/subscribe",
    "_/_/things/twin/search",
    "_/_/things/twin/search/",
    "_/_/things/twin/search/fly",
    "_/_/things/live/search/fly",
    "a/b/things/twin/commands/checkPermissions",
    "_/_/policies/commands/checkPermissions/more",
    "a/b/policies/commands/activateTokenIntegration",
  ];
  test.each(unknown)("%j is no topic", (topic) => {
    expect(codeOf(() => parseTopic(topic))).toBe("protocoladapter:unknown.topicpath");
  });

  const elsewhere = [
    "a/b/things/live/commands/modify",
    "a/b/things/live/messages/hi",
    "a/b/things/twin/events/modified",
    "a/b/things/twin/errors",
    "_/_/things/live/search/subscribe",
    "_/_/things/twin/search/created",
    "_/_/things/twin/search/next",
    "_/_/things/twin/search/failed",
    "_/_/things/twin/search/error",
    "a/b/policies/announcements/subjectDeletion",
    "a/b/policies/streaming/subscribeForPersistedEvents",
  ];
  test.each(elsewhere)("%s is not supported here", (topic) => {
    expect(codeOf(() => parseTopic(topic))).toBe("signal.unsupported");
  });
});

test("topics are printed as they are read", () => {
  expect(printTopic("thing", "a.b:c:d", "events", "modified")).toBe("a.b/c:d/things/twin/events/modified");
  expect(printTopic("policy", "a:b", "commands", "retrieve")).toBe("a/b/policies/commands/retrieve");
  expect(printTopic("thing", "a:b", "errors")).toBe("a/b/things/twin/errors");
});
