// Ditto Protocol messages (protocol-specification page) ⇄ signals.

import { randomUUID } from "node:crypto";
import type { TwinError } from "../base/errors.ts";
import { namespaceOf } from "../base/ids.ts";
import { invalidJson, invalidJsonPointer, missingJsonField } from "../base/json/errors.ts";
import { parseFields } from "../base/json/fields.ts";
import { isArray, isObject, type JsonObject, type JsonValue } from "../base/json/json.ts";
import { JSON_PATCH } from "../base/json/json-patch.ts";
import { refuseEmptyKeys } from "../base/json/keys.ts";
import { type Path, printPath, readPath } from "../base/json/pointer.ts";
import type { Reply } from "../signals/reply.ts";
import type { AuthContext, Command, DittoHeaders, EntityEvent, EntityKind } from "../signals/signal.ts";
import { strayThing } from "./errors.ts";
import { parseHeaders, readHeaders, toldHeaders } from "./headers.ts";
import { type CommandTopic, printTopic, UNKNOWN_ERRORS_TOPIC } from "./topic.ts";

/** A message as it came, before its topic is understood. */
export interface Envelope {
  readonly topic: string;
  /** As they came; a command has them checked. */
  readonly headers: DittoHeaders;
  readonly path: string;
  readonly value: JsonValue | undefined;
  readonly fields: string | undefined;
  /** As it came; only an answer has one. */
  readonly status: JsonValue | undefined;
  // As they came; only an event has them.
  readonly revision: JsonValue | undefined;
  readonly timestamp: JsonValue | undefined;
  readonly metadata: JsonValue | undefined;
}

/** Reads the fields of a message; a missing topic or path is refused. */
export function readEnvelope(message: JsonValue): Envelope {
  if (!isObject(message)) throw invalidJson("A Ditto Protocol message is a JSON object.");
  const given = message as Record<string, JsonValue | undefined>;
  const { topic, path, headers, value, fields, status, revision, timestamp, metadata } = given;
  if (typeof topic !== "string") throw missingJsonField("/topic");
  if (typeof path !== "string") throw missingJsonField("/path");
  if (value !== undefined) refuseEmptyKeys(value);
  return {
    topic,
    path,
    headers: readHeaders(headers),
    value,
    fields: typeof fields === "string" ? fields : undefined,
    status,
    revision,
    timestamp,
    metadata,
  };
}

/** The status of an answer; one that is none of HTTP counts as absent, what is no whole number is refused with `json.invalid`. */
export function statusOf({ status }: Pick<Envelope, "status">): number | undefined {
  if (status === undefined) return undefined;
  if (!Number.isInteger(status)) throw invalidJson("The status is no whole number.");
  const code = status as number;
  return code >= 100 && code <= 599 ? code : undefined;
}

/** The headers of a message, checked; one without a correlation ID gets one. */
export function headersOf(envelope: Envelope, maxLength: number): DittoHeaders {
  const headers = parseHeaders(envelope.headers, maxLength);
  return headers["correlation-id"] === undefined ? { ...headers, "correlation-id": randomUUID() } : headers;
}

/** Makes the command of a message for one entity. */
export function commandOf(
  { path, value, fields }: Envelope,
  topic: Pick<CommandTopic, "kind" | "action"> & { readonly id: string },
  headers: DittoHeaders,
  auth: AuthContext,
): Command {
  return {
    kind: topic.kind,
    id: topic.id,
    action: topic.action,
    path: pathOf(path, topic.kind),
    headers,
    auth,
    ...(value !== undefined && { value }),
    ...(topic.action === "merge" && headers["content-type"] === JSON_PATCH && { patchFormat: "json-patch" }),
    ...(fields !== undefined && { fields: parseFields(fields) }),
  };
}

/** The path of a message. A slash at the end does not count; several in a row may only be in the ID of a policy's subject, as in `https://…`. */
export function pathOf(text: string, kind: EntityKind): Path {
  const path = readPath(text.endsWith("/") && !text.endsWith("//") ? text.slice(0, -1) : text);
  const empty = path.indexOf("");
  const isInSubject = kind === "policy" && path[2] === "subjects" && empty > 2;
  if (empty >= 0 && !isInSubject) throw invalidJsonPointer(text);
  return path;
}

/** Prints the answer to a command; `acks` are the labels it tells as requested. */
export function printResponse(command: Command, reply: Reply, acks?: readonly string[]): string {
  const { kind, id, action, path, auth } = command;
  const headers = toldHeaders(command.headers, "all");
  headers["ditto-originator"] = auth.subjects[0] as string;
  if (acks) headers["requested-acks"] = acks;
  if (reply.revision !== undefined) headers["entity-revision"] = reply.revision;
  headers["response-required"] = false;
  if (reply.etag !== undefined) headers.etag = reply.etag;
  Object.assign(headers, reply.headers);
  headers["content-type"] = contentTypeOf(action);
  const body = reply.text ?? (reply.value === undefined ? undefined : JSON.stringify(reply.value));
  const end = `"status":${reply.status}`;
  return print(printTopic(kind, id, "commands", action), headers, printPath(path), { value: body, end });
}

/** The content type of what is said of such an action. */
export const contentTypeOf = (action: string): string =>
  action === "merge" || action === "merged" ? "application/merge-patch+json" : "application/json";

/** What an error is about; who caused it is told where more than the door was asked. */
export interface About {
  readonly kind: EntityKind;
  readonly id: string;
  readonly auth?: AuthContext;
  readonly channel?: "live";
}

/** Prints an error; `about` is the command it answers, as far as that could be understood. */
export function printError(error: TwinError, headers: DittoHeaders, about?: About): string {
  const told: { [name: string]: JsonValue } = {};
  const correlationId = headers["correlation-id"]; // as it came: it may be anything
  if (typeof correlationId === "string") told["correlation-id"] = correlationId;
  if (about?.auth) told["ditto-originator"] = about.auth.subjects[0] as string;
  if (error.etag !== undefined) told.etag = error.etag;
  if (about?.channel) told.channel = about.channel;
  told["response-required"] = false;
  told["content-type"] = "application/json";
  const topic = about
    ? printTopic(about.kind, about.id, "errors", undefined, about.channel)
    : UNKNOWN_ERRORS_TOPIC;
  return print(topic, told, "/", { value: JSON.stringify(error), end: `"status":${error.status}` });
}

/** What a subscriber is told with an event. */
export interface EventShown {
  /** The extra fields that it asked for, as far as it may see them. */
  readonly extra?: JsonObject | undefined;
  /** Labels that it is asked to acknowledge with. */
  readonly requestedAcks?: readonly string[];
}

/** Prints an event with the part of its value that a subscriber may see, given as JSON text. */
export function printEvent(event: EntityEvent, value: string | undefined, shown: EventShown = {}): string {
  const headers = toldHeaders(event.headers, "all");
  if (event.originator !== undefined) headers["ditto-originator"] = event.originator;
  headers["response-required"] = false;
  headers["requested-acks"] = shown.requestedAcks ?? [];
  headers["entity-revision"] = event.revision;
  if (event.action === "deleted") delete headers["content-type"];
  else headers["content-type"] = contentTypeOf(event.action);
  const timestamp = new Date(event.timestamp).toISOString();
  return print(printTopic(event.kind, event.id, "events", event.action), headers, printPath(event.path), {
    value,
    extra: shown.extra,
    end: `"revision":${event.revision},"timestamp":"${timestamp}"`,
  });
}

/** What follows the path of a message. */
interface Printed {
  /** JSON text. */
  readonly value?: string | undefined;
  readonly extra?: JsonObject | undefined;
  /** Further fields as JSON text, `"status":200`. */
  readonly end?: string | undefined;
}

/** Prints a protocol message. */
export function print(
  topic: string,
  headers: JsonObject,
  path: string,
  { value, extra, end }: Printed,
): string {
  let text = `{"topic":${JSON.stringify(topic)},"headers":${JSON.stringify(headers)},"path":${JSON.stringify(path)}`;
  if (value !== undefined) text += `,"value":${value}`;
  if (extra !== undefined) text += `,"extra":${JSON.stringify(extra)}`;
  return end === undefined ? `${text}}` : `${text},${end}}`;
}

/** The texts that a retrieve of several things names as their IDs in its value; all must be of the topic's namespace. */
export function thingIdsOf(envelope: Envelope, namespace: string | undefined): readonly string[] {
  const ids = isObject(envelope.value) ? envelope.value.thingIds : undefined;
  if (!isArray(ids) || !ids.every((id) => typeof id === "string")) throw missingJsonField("/value/thingIds");
  const stray = namespace && (ids as readonly string[]).find((id) => namespaceOf(id) !== namespace);
  if (stray) throw strayThing(stray, namespace);
  return ids as readonly string[];
}

/**
 * Prints the answer to what asks of no entity alone, such as a retrieve of several things; `asked` are the checked headers
 * of the message, and `value` is JSON text. Who asked is told where more than the door was.
 */
export function printAnswer(
  topic: string,
  asked: DittoHeaders,
  auth: AuthContext | undefined,
  value: string,
): string {
  const headers: { [name: string]: JsonValue } = {};
  const correlationId = asked["correlation-id"];
  if (correlationId !== undefined) headers["correlation-id"] = correlationId;
  if (auth) headers["ditto-originator"] = auth.subjects[0] as string;
  headers["response-required"] = false;
  headers["content-type"] = "application/json";
  return print(topic, headers, "/", { value, end: '"status":200' });
}
