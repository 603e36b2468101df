// Topic paths (protocol-specification-topic page): who is spoken of, on which channel, and what is said.

import { isNamespacedId, nameOf, namespaceOf } from "../base/ids.ts";
import type { CommandAction, EntityKind } from "../signals/signal.ts";
import { unknownTopicPath, unsupportedSignal } from "./errors.ts";

export interface CommandTopic {
  readonly says: "command";
  readonly kind: EntityKind;
  /** Absent where the name is `_`, which stands for several things named in the value, all of the namespace if that is given. */
  readonly id: string | undefined;
  readonly namespace?: string;
  readonly action: CommandAction;
}

/** Topics of acknowledgements are those of things on either channel, whatever it is that is acknowledged. */
export interface AckTopic {
  readonly says: "acknowledgement";
  readonly id: string;
  /** As it came; absent where several acknowledgements come as one. */
  readonly label: string | undefined;
}

/** A check of permissions; the two names of its topic do not count. */
export interface PermissionsTopic {
  readonly says: "permissions";
}

/** A search in pages, on the twin channel; it is about no thing in particular, whatever two names its topic begins with. */
export interface SearchTopic {
  readonly says: "search";
  readonly action: SearchAction;
  /** Of the thing that an error is told of; absent where the names are none of a thing. */
  readonly id: string | undefined;
}
export type SearchAction = "subscribe" | "request" | "cancel";

export type Topic = CommandTopic | AckTopic | PermissionsTopic | SearchTopic;

const groups: Readonly<Record<string, EntityKind>> = { things: "thing", policies: "policy" };
const actions: ReadonlySet<string> = new Set(["create", "modify", "merge", "delete", "retrieve"]);
const searchActions: ReadonlySet<string> = new Set(["subscribe", "request", "cancel"]);
/** What only the server says of a search. */
const searchEvents: ReadonlySet<string> = new Set(["created", "next", "complete", "failed", "error"]);
const common = ["commands", "events", "errors", "announcements", "streaming"];
const criteria: Readonly<Record<EntityKind, ReadonlySet<string>>> = {
  thing: new Set([...common, "search", "messages", "acks"]),
  policy: new Set(common),
};

/**
 * Parses the topic of what a client may say: a twin or policy command, a check of permissions, an acknowledgement, a
 * search. A name may hold anything but a slash. Malformed topics are refused with `protocoladapter:unknown.topicpath`; well-formed ones of
 * another criterion or channel with `signal.unsupported`.
 */
export function parseTopic(topic: string): Topic {
  const [namespace, name, group, ...rest] = topic.split("/");
  const kind = group !== undefined && Object.hasOwn(groups, group) ? groups[group] : undefined;
  if (!namespace || !name || !kind) throw unknownTopicPath(topic);
  const channel = kind === "thing" ? rest.shift() : "twin";
  const [criterion, action, ...more] = rest;
  if (!criterion || !criteria[kind].has(criterion)) throw unknownTopicPath(topic);
  if (channel !== "twin" && channel !== "live") throw unknownTopicPath(topic);
  if (criterion === "search") return searchTopic(topic, `${namespace}:${name}`, channel, action);
  if (criterion === "acks") return ackTopic(topic, `${namespace}:${name}`, rest.slice(1));
  if (criterion !== "commands" || channel === "live") throw unsupportedSignal(topic);
  if (kind === "policy" && action === "checkPermissions" && more.length === 0) return { says: "permissions" };
  if (!action || !actions.has(action) || more.length > 0) throw unknownTopicPath(topic);
  const several = kind === "thing" && action === "retrieve" && name === "_";
  const id = several ? undefined : checked(topic, `${namespace}:${name}`);
  const within = several && namespace !== "_" ? { namespace } : undefined;
  return { says: "command", kind, id, action: action as CommandAction, ...within };
}

/** What follows the action does not count, as in Ditto. */
function searchTopic(topic: string, id: string, channel: string, action: string | undefined): SearchTopic {
  if (action === undefined || !(searchActions.has(action) || searchEvents.has(action)))
    throw unknownTopicPath(topic);
  if (channel === "live" || searchEvents.has(action)) throw unsupportedSignal(topic);
  const isThing = isNamespacedId(id) && nameOf(id) !== "_";
  return { says: "search", action: action as SearchAction, id: isThing ? id : undefined };
}

const ackTopic = (topic: string, id: string, label: readonly string[]): AckTopic => ({
  says: "acknowledgement",
  id: checked(topic, id),
  label: label.join("/") || undefined,
});

function checked(topic: string, id: string): string {
  if (!isNamespacedId(id)) throw unknownTopicPath(topic);
  return id;
}

const groupAndChannel: Readonly<Record<EntityKind, string>> = { thing: "things/twin", policy: "policies" };

/** Prints the topic of what is said of an entity: `printTopic("thing", "a:b", "events", "modified")`. */
export function printTopic(kind: EntityKind, id: string, criterion: string, action?: string): string {
  const start = `${namespaceOf(id)}/${nameOf(id)}/${groupAndChannel[kind]}/${criterion}`;
  return action === undefined ? start : `${start}/${action}`;
}

/** The topic of what a check of permissions is answered with. */
export const PERMISSIONS_TOPIC = "_/_/policies/commands/checkPermissions";

/** The topic of an error that cannot be told of an entity. */
export const UNKNOWN_ERRORS_TOPIC = "unknown/unknown/things/twin/errors";
