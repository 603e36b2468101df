// Topic paths (protocol-specification-topic page): who is spoken of, on which channel, and what is said.

import { isNamespacedId, nameOf, namespaceOf } from "../base/ids.ts";
import type { CommandAction, EntityKind } from "../signals/signal.ts";
import { unknownTopicPath, unsupportedSignal } from "./errors.ts";

export interface CommandTopic {
  readonly kind: EntityKind;
  /** Absent where the name is `_`, which stands for several things named in the value, all of the namespace if that is given. */
  readonly id: string | undefined;
  readonly namespace?: string;
  readonly action: CommandAction;
}

const groups: Readonly<Record<string, EntityKind>> = { things: "thing", policies: "policy" };
const actions: ReadonlySet<string> = new Set(["create", "modify", "merge", "delete", "retrieve"]);
const criteria: ReadonlySet<string> = new Set([
  "commands",
  "events",
  "errors",
  "search",
  "messages",
  "acks",
  "announcements",
  "streaming",
]);

/**
 * Parses the topic of a twin or policy command. A name may hold anything but a slash.
 * Malformed topics are refused with `protocoladapter:unknown.topicpath`; well-formed ones of another
 * criterion or channel with `signal.unsupported`.
 */
export function parseCommandTopic(topic: string): CommandTopic {
  const [namespace, name, group, ...rest] = topic.split("/");
  const kind = group !== undefined && Object.hasOwn(groups, group) ? groups[group] : undefined;
  if (!namespace || !name || !kind) throw unknownTopicPath(topic);
  const channel = kind === "thing" ? rest.shift() : "twin";
  const [criterion, action, ...more] = rest;
  if (!criterion || !criteria.has(criterion)) throw unknownTopicPath(topic);
  if (channel !== "twin" && channel !== "live") throw unknownTopicPath(topic);
  if (criterion !== "commands" || channel === "live") throw unsupportedSignal(topic);
  if (!action || !actions.has(action) || more.length > 0) throw unknownTopicPath(topic);
  const several = kind === "thing" && action === "retrieve" && name === "_";
  const id = several ? undefined : `${namespace}:${name}`;
  if (id !== undefined && !isNamespacedId(id)) throw unknownTopicPath(topic);
  const within = several && namespace !== "_" ? { namespace } : undefined;
  return { kind, id, action: action as CommandAction, ...within };
}

const groupAndChannel: Readonly<Record<EntityKind, string>> = { thing: "things/twin", policy: "policies" };

/** Prints the topic of what is said of an entity: `printTopic("thing", "a:b", "events", "modified")`. */
export function printTopic(kind: EntityKind, id: string, criterion: string, action?: string): string {
  const start = `${namespaceOf(id)}/${nameOf(id)}/${groupAndChannel[kind]}/${criterion}`;
  return action === undefined ? start : `${start}/${action}`;
}

/** The topic of an error that cannot be told of an entity. */
export const UNKNOWN_ERRORS_TOPIC = "unknown/unknown/things/twin/errors";
