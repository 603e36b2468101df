// Topic paths (protocol-specification-topic page): who is spoken of, on which channel, and what is said.

import { isNamespacedId, nameOf, namespaceOf } from "../base/ids.ts";
import type { CommandAction, EntityKind, EventAction } from "../signals/signal.ts";
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
  readonly channel?: "live";
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

/** Past events of an entity, in portions. */
export interface StreamingTopic {
  readonly says: "streaming";
  readonly kind: EntityKind;
  readonly id: string;
  readonly action: StreamingAction;
}
export type StreamingAction = "subscribeForPersistedEvents" | "request" | "cancel";

/** What is said of a thing on the live channel; whether it is an answer, the status of the message tells. */
export type LiveTopic = { readonly says: "live"; readonly id: string } & (
  | { readonly criterion: "commands"; readonly action: CommandAction }
  | { readonly criterion: "events"; readonly action: EventAction }
  /** A subject may hold slashes. */
  | { readonly criterion: "messages"; readonly subject: string }
  | { readonly criterion: "errors" }
);

export type Topic = CommandTopic | AckTopic | PermissionsTopic | SearchTopic | StreamingTopic | LiveTopic;

const groups: Readonly<Record<string, EntityKind>> = { things: "thing", policies: "policy" };
const actions: ReadonlySet<string> = new Set(["create", "modify", "merge", "delete", "retrieve"]);
const eventActions: ReadonlySet<string> = new Set(["created", "modified", "merged", "deleted"]);
const searchActions: ReadonlySet<string> = new Set(["subscribe", "request", "cancel"]);
/** What only the server says of a search. */
const searchEvents: ReadonlySet<string> = new Set(["created", "next", "complete", "failed", "error"]);
const streamingActions: ReadonlySet<string> = new Set(["subscribeForPersistedEvents", "request", "cancel"]);
/** What only the server says of a stream of past events. */
const streamingEvents: ReadonlySet<string> = new Set(["created", "next", "complete", "failed"]);
const common = ["commands", "events", "errors", "announcements", "streaming"];
const criteria: Readonly<Record<EntityKind, ReadonlySet<string>>> = {
  thing: new Set([...common, "search", "messages", "acks"]),
  policy: new Set(common),
};

/**
 * Parses the topic of what a client may say. A name may hold anything but a slash. Malformed topics are refused with
 * `protocoladapter:unknown.topicpath`; well-formed ones of what only the server says, and of several things on the live
 * channel, with `signal.unsupported`.
 */
export function parseTopic(topic: string): Topic {
  if (latest?.text !== topic) latest = { text: topic, topic: newTopic(topic) };
  return latest.topic;
}

/** Who hands a message on may have to know its topic before, and it is read by who handles it at once. */
let latest: { readonly text: string; readonly topic: Topic } | undefined;

function newTopic(topic: string): Topic {
  const [namespace, name, group, ...rest] = topic.split("/");
  const kind = group !== undefined && Object.hasOwn(groups, group) ? groups[group] : undefined;
  if (!namespace || !name || !kind) throw unknownTopicPath(topic);
  const channel = kind === "thing" ? rest.shift() : "twin";
  const [criterion, action, ...more] = rest;
  if (!criterion || !criteria[kind].has(criterion)) throw unknownTopicPath(topic);
  if (channel !== "twin" && channel !== "live") throw unknownTopicPath(topic);
  const parts = { topic, kind, namespace, name, action, more };
  if (criterion === "search") return searchTopic(parts, channel);
  if (criterion === "acks") return ackTopic(parts, channel);
  if (criterion === "streaming" && channel === "twin") return streamingTopic(parts);
  if (channel === "live") return liveTopic(parts, criterion);
  if (criterion === "messages") throw unknownTopicPath(topic);
  if (criterion !== "commands") throw unsupportedSignal(topic);
  if (kind === "policy" && action === "checkPermissions" && more.length === 0) return { says: "permissions" };
  return commandTopic(parts);
}

interface Parts {
  readonly topic: string;
  readonly kind: EntityKind;
  readonly namespace: string;
  readonly name: string;
  readonly action: string | undefined;
  /** What follows the action. */
  readonly more: readonly string[];
}

function commandTopic(parts: Parts): CommandTopic {
  const { kind, namespace, name } = parts;
  const action = actionOf(parts, actions) as CommandAction;
  const several = kind === "thing" && action === "retrieve" && name === "_";
  const id = several ? undefined : idOf(parts);
  const within = several && namespace !== "_" ? { namespace } : undefined;
  return { says: "command", kind, id, action, ...within };
}

function liveTopic(parts: Parts, criterion: string): LiveTopic {
  if (criterion === "streaming") throw unknownTopicPath(parts.topic);
  if (criterion === "commands") return liveCommandTopic(commandTopic(parts), parts.topic);
  const about = { says: "live" as const, id: idOf(parts) };
  switch (criterion) {
    case "events":
      return { ...about, criterion, action: actionOf(parts, eventActions) as EventAction };
    case "messages":
      return { ...about, criterion, subject: subjectOf(parts) };
    case "errors":
      return { ...about, criterion };
    default:
      throw unsupportedSignal(parts.topic);
  }
}

/**
 * The same command on the live channel, which a header may ask for as well; a retrieve of several things is refused with
 * `signal.unsupported`.
 */
export function liveCommandTopic({ id, action }: CommandTopic, topic: string): LiveTopic {
  if (id === undefined) throw unsupportedSignal(topic);
  return { says: "live", id, criterion: "commands", action };
}

/** A slash at the end does not count. */
function subjectOf({ topic, action = "", more }: Parts): string {
  const text = [action, ...more].join("/");
  const subject = text.endsWith("/") && !text.endsWith("//") ? text.slice(0, -1) : text;
  if (subject === "") throw unknownTopicPath(topic);
  return subject;
}

/** What follows the action does not count, as in Ditto. */
function streamingTopic(parts: Parts): StreamingTopic {
  const { topic, kind, action } = parts;
  if (action !== undefined && streamingEvents.has(action)) throw unsupportedSignal(topic);
  if (action === undefined || !streamingActions.has(action)) throw unknownTopicPath(topic);
  return { says: "streaming", kind, id: idOf(parts), action: action as StreamingAction };
}

/** What follows the action does not count, as in Ditto. */
function searchTopic({ topic, namespace, name, action }: Parts, channel: string): SearchTopic {
  if (action === undefined || !(searchActions.has(action) || searchEvents.has(action)))
    throw unknownTopicPath(topic);
  if (channel === "live" || searchEvents.has(action)) throw unsupportedSignal(topic);
  const id = `${namespace}:${name}`;
  const isThing = isNamespacedId(id) && name !== "_";
  return { says: "search", action: action as SearchAction, id: isThing ? id : undefined };
}

function ackTopic(parts: Parts, channel: string): AckTopic {
  const label = [parts.action ?? "", ...parts.more].join("/") || undefined;
  return {
    says: "acknowledgement",
    id: idOf(parts),
    label,
    ...(channel === "live" && { channel: "live" }),
  };
}

/** The action, which nothing may follow. */
function actionOf({ topic, action, more }: Parts, known: ReadonlySet<string>): string {
  if (!action || !known.has(action) || more.length > 0) throw unknownTopicPath(topic);
  return action;
}

function idOf({ topic, namespace, name }: Parts): string {
  const id = `${namespace}:${name}`;
  if (!isNamespacedId(id)) throw unknownTopicPath(topic);
  return id;
}

/** Prints the topic of what is said of an entity: `printTopic("thing", "a:b", "events", "modified")`. */
export function printTopic(
  kind: EntityKind,
  id: string,
  criterion: string,
  action?: string,
  channel: "twin" | "live" = "twin",
): string {
  const group = kind === "thing" ? `things/${channel}` : "policies";
  const start = `${namespaceOf(id)}/${nameOf(id)}/${group}/${criterion}`;
  return action === undefined ? start : `${start}/${action}`;
}

/** The topic of what a check of permissions is answered with. */
export const PERMISSIONS_TOPIC = "_/_/policies/commands/checkPermissions";

/** The topic of an error that cannot be told of an entity. */
export const UNKNOWN_ERRORS_TOPIC = "unknown/unknown/things/twin/errors";
