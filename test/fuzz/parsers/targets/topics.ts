// Topic paths: what is read is printed as it was, and names one thing or policy whose ID is one.

import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { isNamespacedId } from "../../../../src/base/ids.ts";
import { parseTopic, printTopic, type Topic } from "../../../../src/protocol/topic.ts";
import { type FuzzedParser, kindOf, outcomeOf, promised } from "../target.ts";

const parts = [
  ...[
    "org.a",
    "_",
    "things",
    "policies",
    "twin",
    "live",
    "commands",
    "events",
    "errors",
    "messages",
    "acks",
    "search",
  ],
  ...[
    "streaming",
    "announcements",
    "create",
    "modify",
    "merge",
    "delete",
    "retrieve",
    "created",
    "modified",
    "merged",
  ],
  ...[
    "subscribe",
    "request",
    "cancel",
    "subscribeForPersistedEvents",
    "checkPermissions",
    "my-ack",
    "connections",
    "next",
  ],
];

export const topics: FuzzedParser = {
  name: "topics",
  shapes: fc.oneof(
    fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 8 }).map((list) => list.join("/")),
    fc
      .tuple(
        fc.constantFrom("org.a/b", "_/_", "org.a/_", "a.b/c:d"),
        fc.constantFrom("things/twin/", "things/live/", "policies/"),
        fc.constantFrom(...parts),
        fc.constantFrom("", "/", "/modify", "/retrieve", "/a/b//", "/subscribe", "/my-ack", "/created"),
      )
      .map((list) => list.join("")),
  ),
  words: [...parts, "/", "//", "org.a/b/", ":", "__proto__", "constructor"],
  maxLength: 200_000,
  enoughMs: (length) => 50 + length / 1000,
  attempt(text) {
    const { value: topic, refused } = outcomeOf(() => parseTopic(text));
    const again = outcomeOf(() => parseTopic(text));
    if (!topic) {
      promised(again.refused?.code === refused?.code, () => "It is read otherwise the second time.");
      return kindOf(refused as Error);
    }
    if ("id" in topic && topic.id !== undefined)
      promised(isNamespacedId(topic.id), () => `${topic.id} is no ID.`);
    const printed = printedOf(topic);
    if (printed !== undefined)
      promised(isDeepStrictEqual(parseTopic(printed), topic), () => `It is something else as ${printed}.`);
    return Object.entries(topic)
      .map(([name, value]) =>
        name === "id" || name === "subject" || name === "label" ? name : String(value),
      )
      .join(" ");
  },
};

/** The topic of what is said of one entity; others are printed as they are nowhere. */
function printedOf(topic: Topic): string | undefined {
  switch (topic.says) {
    case "command":
      return topic.id === undefined ? undefined : printTopic(topic.kind, topic.id, "commands", topic.action);
    case "acknowledgement":
      return printTopic("thing", topic.id, "acks", topic.label, topic.channel);
    case "streaming":
      return printTopic(topic.kind, topic.id, "streaming", topic.action);
    case "live":
      return printTopic("thing", topic.id, topic.criterion, lastOf(topic), "live");
    case "permissions":
    case "search":
      return undefined;
  }
}

/** A subject may end with a slash, of which one is taken for the end of the topic. */
function lastOf(topic: Extract<Topic, { says: "live" }>): string | undefined {
  if (topic.criterion === "errors") return undefined;
  return topic.criterion === "messages" ? topic.subject : topic.action;
}
