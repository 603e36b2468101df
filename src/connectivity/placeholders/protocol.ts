// Placeholders of a protocol message: of its topic, path and value.

import { getKey, isObject, type JsonObject, type JsonValue } from "../../base/json/json.ts";
import { readPath } from "../../base/json/pointer.ts";
import type { Values } from "../../base/placeholders/element.ts";
import { byPrefix } from "./scope.ts";

/** What the topic of a message says, whatever sense that makes. */
export interface TopicParts {
  readonly full: string;
  readonly namespace: string;
  readonly entityName: string;
  readonly group: string;
  /** Absent for what has no channels, as policies. */
  readonly channel: string | undefined;
  readonly criterion: string;
  /** The action or subject. */
  readonly rest: string | undefined;
}

/** Splits a topic; `undefined` where it is too short to be one. */
export function topicParts(full: string): TopicParts | undefined {
  const [namespace, entityName, group, ...parts] = full.split("/");
  const channel = group === "things" ? parts.shift() : undefined;
  const criterion = parts.shift();
  if (namespace === undefined || entityName === undefined || group === undefined || !criterion)
    return undefined;
  return {
    ...{ full, namespace, entityName, group, channel, criterion },
    rest: parts.join("/") || undefined,
  };
}

/** The ID that a topic is about; of a connection its name alone. */
export const idOfTopic = ({ group, namespace, entityName }: TopicParts): string =>
  group === "connections" ? entityName : `${namespace}:${entityName}`;

const subjectCriteria: ReadonlySet<string> = new Set(["messages", "announcements", "acks"]);

/** The values of `topic:…`, `entity:…`, `thing:…`, `policy:…`, `feature:id` and `resource:…` of a message; others have none. */
export function protocolValues(message: JsonObject): Values {
  const topic = topicParts(textAt(message, "topic"));
  const path = textAt(message, "path");
  return byPrefix({
    topic: (name) => one(topic && topicValue(topic, name.slice("topic:".length))),
    entity: (name) => one(topic && ofId(topic, name.slice("entity:".length))),
    thing: (name) => one(topic?.group === "things" ? ofId(topic, name.slice("thing:".length)) : undefined),
    policy: (name) =>
      one(topic?.group === "policies" ? ofId(topic, name.slice("policy:".length)) : undefined),
    feature: () => featureIds(path, getKey(message, "value")),
    resource: (name) => one(name === "resource:path" ? path : topic && resourceType(topic)),
  });
}

const one = (value: string | undefined): readonly string[] => (value === undefined ? [] : [value]);

const textAt = (message: JsonObject, key: string): string => {
  const text = getKey(message, key);
  return typeof text === "string" ? text : "";
};

function topicValue(topic: TopicParts, name: string): string | undefined {
  const isSubject = subjectCriteria.has(topic.criterion);
  switch (name) {
    case "full":
    case "namespace":
    case "entityName":
    case "group":
    case "criterion":
      return topic[name];
    case "channel":
      return topic.channel ?? "none";
    case "action":
      return isSubject ? undefined : topic.rest;
    case "subject":
      return isSubject ? topic.rest : undefined;
    default:
      return topic.rest;
  }
}

function ofId(topic: TopicParts, name: string): string | undefined {
  if (name === "id") return idOfTopic(topic);
  if (topic.group === "connections") return undefined;
  return name === "namespace" ? topic.namespace : topic.entityName;
}

const types: Readonly<Record<string, string>> = {
  things: "thing",
  policies: "policy",
  connections: "connection",
};

const resourceType = ({ group, criterion }: TopicParts): string | undefined =>
  criterion === "messages" ? "message" : types[group];

/** The feature that a path names, or those that a value for all of them or for the thing holds. */
function featureIds(text: string, value: JsonValue | undefined): readonly string[] {
  const path = text.split("/").filter((key) => key !== "");
  if (path[0] === "features" && path[1] !== undefined) return readPath(text).slice(1, 2);
  if (path.length > 0 && !(path.length === 1 && path[0] === "features")) return [];
  const features = path.length === 0 && isObject(value) ? getKey(value, "features") : value;
  return isObject(features) ? Object.keys(features) : [];
}
