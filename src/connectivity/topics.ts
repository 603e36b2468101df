// Topics of targets with what narrows them down: `_/_/things/twin/events?namespaces=a,b&filter=…&extraFields=…`.

import { topicInvalid } from "./errors.ts";
import type { FilteredTopic, TopicName } from "./model.ts";

/** What a query may say of a topic; Ditto passes over the rest. */
interface Takes {
  readonly namespaces: boolean;
  readonly selection: boolean;
}

const things: Takes = { namespaces: true, selection: true };
const topics: Readonly<Record<TopicName, Takes>> = {
  "_/_/things/twin/events": things,
  "_/_/things/live/messages": things,
  "_/_/things/live/events": things,
  "_/_/things/live/commands": things,
  "_/_/policies/announcements": { namespaces: true, selection: false },
  "_/_/connections/announcements": { namespaces: false, selection: false },
};

const isTopic = (name: string): name is TopicName => Object.hasOwn(topics, name);

/** Reads a topic; what is none, or has a query that cannot be read, is refused with `connectivity:topic.invalid`. */
export function readTopic(text: string, field: string): FilteredTopic {
  const question = text.indexOf("?");
  const topic = question < 0 ? text : text.slice(0, question);
  if (!isTopic(topic)) throw topicInvalid(field, text, `Topics are ${Object.keys(topics).join(", ")}.`);
  const given = question < 0 ? new Map<string, string>() : readQuery(text.slice(question + 1), text, field);
  const takes = topics[topic];
  const filter = takes.selection ? given.get("filter") : undefined;
  const extraFields = takes.selection ? given.get("extraFields") : undefined;
  const namespaces = takes.namespaces ? (given.get("namespaces") ?? "") : "";
  return {
    topic,
    namespaces: namespaces.split(",").filter((namespace) => namespace !== ""),
    ...(filter ? { filter } : {}),
    ...(extraFields ? { extraFields } : {}),
  };
}

function readQuery(query: string, text: string, field: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const part of query.split("&")) {
    const equals = part.indexOf("=");
    if (equals < 0) continue;
    const name = decode(part.slice(0, equals), text, field);
    if (found.has(name)) throw topicInvalid(field, text, `Its query gives '${name}' twice.`);
    found.set(name, decode(part.slice(equals + 1), text, field));
  }
  return found;
}

function decode(text: string, topic: string, field: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw topicInvalid(field, topic, "A percent sign in its query begins no escape of UTF-8.");
  }
}

/**
 * Prints a topic as Ditto does: its query decoded, but for the characters which would make it read as something else
 * (`%`, `&` and `+`), so that what is printed can be sent again.
 */
export function printTopic({ topic, namespaces, filter, extraFields }: FilteredTopic): string {
  const query = [
    ...(namespaces.length > 0 ? [`namespaces=${guarded(namespaces.join(","))}`] : []),
    ...(filter === undefined ? [] : [`filter=${guarded(filter)}`]),
    ...(extraFields === undefined ? [] : [`extraFields=${guarded(extraFields)}`]),
  ];
  return query.length === 0 ? topic : `${topic}?${query.join("&")}`;
}

const guarded = (text: string): string =>
  text.replaceAll(/[%&+]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
