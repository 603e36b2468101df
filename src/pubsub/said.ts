// What a signal says of itself: where it is said, and the placeholders that filters and extra fields may name
// (basic-placeholders page).

import { nameOf, namespaceOf } from "../base/ids.ts";
import { isObject, type JsonValue } from "../base/json/json.ts";
import { type Path, printPath } from "../base/json/pointer.ts";
import { printMessagePath } from "../protocol/message-path.ts";
import { printTopic } from "../protocol/topic.ts";
import type { LiveSignal, Message } from "../signals/live.ts";
import { messageResource } from "../signals/message-resource.ts";
import type { EntityEvent } from "../signals/signal.ts";

export type Signal = EntityEvent | LiveSignal;

export const isMessage = (signal: Signal): signal is Message => "says" in signal && signal.says === "message";

/** The type of the resource that a signal is about, as policies name it. */
export const resourceTypeOf = (signal: Signal): "thing" | "message" =>
  isMessage(signal) ? "message" : "thing";

/** The path of that resource: of a message its box and subject, such as `/features/lamp/inbox/messages/ask`. */
export const resourcePathOf = (signal: Signal): Path =>
  isMessage(signal) ? messageResource(signal) : signal.path;

/** Names of the placeholders that a filter may name; those of things and features have no value there, as in Ditto. */
export const placeholderNames: ReadonlySet<string> = new Set([
  ...["namespace", "entityName", "group", "channel", "criterion", "action", "subject", "action-subject"].map(
    (name) => `topic:${name}`,
  ),
  "topic:full",
  ...["id", "namespace", "name"].flatMap((name) => [`entity:${name}`, `thing:${name}`]),
  ...["feature:id", "resource:type", "resource:path"],
]);

/** The value of a placeholder of a signal's topic, resource or entity; `undefined` where it has none. */
export function saidBy(signal: Signal, name: string): string | undefined {
  switch (name) {
    case "topic:namespace":
    case "entity:namespace":
      return namespaceOf(signal.id);
    case "topic:entityName":
    case "entity:name":
      return nameOf(signal.id);
    case "entity:id":
      return signal.id;
    case "topic:group":
      return "things";
    case "topic:channel":
      return channelOf(signal);
    case "topic:criterion":
      return criterionOf(signal);
    case "topic:action":
      return isMessage(signal) ? undefined : signal.action;
    case "topic:subject":
      return isMessage(signal) ? signal.subject : undefined;
    case "topic:action-subject":
      return actionOrSubjectOf(signal);
    case "topic:full":
      return fullTopicOf(signal);
    case "resource:type":
      return resourceTypeOf(signal);
    case "resource:path":
      return isMessage(signal) ? printMessagePath(signal) : printPath(signal.path);
    default:
      return undefined;
  }
}

const channelOf = (signal: Signal) => ("says" in signal ? "live" : "twin");

function criterionOf(signal: Signal): string {
  if (isMessage(signal)) return "messages";
  return "says" in signal && signal.says === "live-command" ? "commands" : "events";
}

const fullTopicOf = (signal: Signal): string =>
  printTopic("thing", signal.id, criterionOf(signal), actionOrSubjectOf(signal), channelOf(signal));

const actionOrSubjectOf = (signal: Signal): string => (isMessage(signal) ? signal.subject : signal.action);

/** The features that a signal is about: the one that its path names, or those that its value holds. */
export function featureIdsOf(signal: Signal): readonly string[] {
  if (isMessage(signal)) return signal.featureId === undefined ? [] : [signal.featureId];
  const { path, value } = signal;
  if (path.length === 0) return isObject(value) ? keysOf(value.features) : [];
  if (path[0] !== "features") return [];
  return path.length > 1 ? [path[1] as string] : keysOf(value);
}

const keysOf = (value: JsonValue | undefined): readonly string[] =>
  isObject(value) ? Object.keys(value) : [];
