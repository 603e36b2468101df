import { describe, expect, test } from "vitest";
import { type CommandTopic, liveCommandTopic, parseTopic, printTopic } from "../../src/protocol/topic.ts";
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
    ["a/b/things/twin/acks/no/label", "no/label"],
    ["a/b/things/twin/acks", undefined],
    ["a/b/things/twin/acks/", undefined],
  ] as const;
  for (const [topic, label] of cases) {
    test(topic, () => expect(parseTopic(topic)).toEqual({ says: "acknowledgement", id: "a:b", label }));
  }
});

test("the topic of an acknowledgement tells that it is of the live channel", () => {
  expect(parseTopic("a/b/things/live/acks/connection:ack")).toEqual({
    says: "acknowledgement",
    id: "a:b",
    label: "connection:ack",
    channel: "live",
  });
});

describe("topics of the live channel", () => {
  const cases = [
    ["a/b/things/live/commands/retrieve", { criterion: "commands", action: "retrieve" }],
    ["a/b/things/live/commands/merge", { criterion: "commands", action: "merge" }],
    ["a/b/things/live/events/merged", { criterion: "events", action: "merged" }],
    ["a/b/things/live/events/deleted", { criterion: "events", action: "deleted" }],
    ["a/b/things/live/messages/ask", { criterion: "messages", subject: "ask" }],
    ["a/b/things/live/messages/ask/me/", { criterion: "messages", subject: "ask/me" }],
    ["a/b/things/live/messages/commands/modify", { criterion: "messages", subject: "commands/modify" }],
    ["a/b/things/live/messages/a//b", { criterion: "messages", subject: "a//b" }],
    ["a/b/things/live/errors", { criterion: "errors" }],
  ] as const;
  for (const [topic, parsed] of cases) {
    test(topic, () => expect(parseTopic(topic)).toEqual({ says: "live", id: "a:b", ...parsed }));
  }
});

test("a command that a header moves to the live channel has the topic of a live command", () => {
  const topic = "a/b/things/twin/commands/delete";
  const live = liveCommandTopic(parseTopic(topic) as CommandTopic, topic);
  expect(live).toEqual(parseTopic("a/b/things/live/commands/delete"));
  const several = "_/_/things/twin/commands/retrieve";
  expect(codeOf(() => liveCommandTopic(parseTopic(several) as CommandTopic, several))).toBe(
    "signal.unsupported",
  );
});

describe("topics of streams of past events", () => {
  const cases = [
    ["a/b/things/twin/streaming/subscribeForPersistedEvents", "thing", "subscribeForPersistedEvents"],
    ["a/b/policies/streaming/subscribeForPersistedEvents", "policy", "subscribeForPersistedEvents"],
    ["a/b/things/twin/streaming/request", "thing", "request"],
    ["a/b/policies/streaming/cancel/more", "policy", "cancel"],
  ] as const;
  for (const [topic, kind, action] of cases) {
    test(topic, () => expect(parseTopic(topic)).toEqual({ says: "streaming", kind, id: "a:b", action }));
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
    "a/b/things/live/commands/fly",
    "a/b/things/live/commands/modify/more",
    "a/b/things/live/events/modify",
    "a/b/things/live/events",
    "a/b/things/live/messages",
    "a/b/things/live/messages/",
    "a/b/things/twin/messages/hi",
    "_/_/things/live/messages/hi",
    "1a/b/things/live/errors",
    "a/b/things/live/streaming/subscribeForPersistedEvents",
    "a/b/things/twin/streaming",
    "a/b/things/twin/streaming/subscribe",
    "_/_/things/twin/streaming/request",
  ];
  test.each(unknown)("%j is no topic", (topic) => {
    expect(codeOf(() => parseTopic(topic))).toBe("protocoladapter:unknown.topicpath");
  });

  const elsewhere = [
    "_/_/things/live/commands/retrieve",
    "a/b/things/twin/events/modified",
    "a/b/things/twin/errors",
    "a/b/things/live/announcements/hi",
    "_/_/things/live/search/subscribe",
    "_/_/things/twin/search/created",
    "_/_/things/twin/search/next",
    "_/_/things/twin/search/failed",
    "_/_/things/twin/search/error",
    "a/b/policies/announcements/subjectDeletion",
    "a/b/policies/streaming/next",
    "a/b/things/twin/streaming/created",
  ];
  test.each(elsewhere)("%s is not supported here", (topic) => {
    expect(codeOf(() => parseTopic(topic))).toBe("signal.unsupported");
  });
});

test("topics are printed as they are read", () => {
  expect(printTopic("thing", "a.b:c:d", "events", "modified")).toBe("a.b/c:d/things/twin/events/modified");
  expect(printTopic("policy", "a:b", "commands", "retrieve")).toBe("a/b/policies/commands/retrieve");
  expect(printTopic("thing", "a:b", "errors")).toBe("a/b/things/twin/errors");
  expect(printTopic("thing", "a:b", "errors", undefined, "live")).toBe("a/b/things/live/errors");
});
