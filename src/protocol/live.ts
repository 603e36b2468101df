// Live commands, events, messages and their answers (protocol-twinlive page) ⇄ signals.

import { readInstant } from "../base/instant.ts";
import { invalidJson, missingJsonField } from "../base/json/errors.ts";
import { isObject, isRawNumber, type JsonObject, type JsonValue } from "../base/json/json.ts";
import type {
  LiveAnswer,
  LiveCommand,
  LiveError,
  LiveEvent,
  LiveResponse,
  LiveSignal,
  Message,
  MessageResponse,
} from "../signals/live.ts";
import type { AuthContext, DittoHeaders } from "../signals/signal.ts";
import { commandOf, type Envelope, pathOf, statusOf } from "./envelope.ts";
import { checkSubject, messagePathOf } from "./message-path.ts";
import { payloadOfValue } from "./payload.ts";
import type { LiveTopic } from "./topic.ts";

type TopicOf<C extends LiveTopic["criterion"]> = Extract<LiveTopic, { criterion: C }>;

/**
 * Reads a message of the live channel; one with a status of HTTP is an answer, but for events. `headers` are checked. Whether
 * a thing has a resource at the path of a command, event or response is for the caller to look at.
 *
 * Refuses an event without a revision and an error without a value with `json.field.missing`, a message whose path is not that
 * of its subject with `protocoladapter:invalid.path`, a subject with control characters with `header.invalid`.
 */
export function liveOf(
  envelope: Envelope,
  topic: LiveTopic,
  headers: DittoHeaders,
  auth: AuthContext,
): LiveSignal | LiveAnswer {
  const said = { id: topic.id, headers: { ...headers, channel: "live" }, auth };
  switch (topic.criterion) {
    case "commands":
      return commandOrResponse(envelope, topic, said);
    case "events":
      return eventOf(envelope, topic, said);
    case "messages":
      return messageOf(envelope, topic, said);
    case "errors":
      return errorOf(envelope, said);
  }
}

interface Said {
  readonly id: string;
  readonly headers: DittoHeaders;
  readonly auth: AuthContext;
}

function commandOrResponse(
  envelope: Envelope,
  { action }: TopicOf<"commands">,
  said: Said,
): LiveCommand | LiveResponse {
  const status = statusOf(envelope);
  if (status === undefined) {
    const command = commandOf(envelope, { kind: "thing", id: said.id, action }, said.headers, said.auth);
    return { ...command, says: "live-command", kind: "thing" };
  }
  const { path, value } = envelope;
  return {
    ...said,
    says: "live-response",
    action,
    path: pathOf(path, "thing"),
    status,
    ...(value !== undefined && { value }),
  };
}

function eventOf(envelope: Envelope, { action }: TopicOf<"events">, said: Said): LiveEvent {
  const { path, value } = envelope;
  const timestamp = timestampOf(envelope);
  const metadata = metadataOf(envelope);
  return {
    ...said,
    says: "live-event",
    action,
    path: pathOf(path, "thing"),
    revision: revisionOf(envelope),
    ...(value !== undefined && { value }),
    ...(timestamp !== undefined && { timestamp }),
    ...(metadata !== undefined && { metadata }),
  };
}

function revisionOf({ revision }: Envelope): number {
  if (revision === undefined) throw missingJsonField("/revision");
  const number = isRawNumber(revision) ? Number(revision.rawJSON) : revision;
  if (!Number.isInteger(number)) throw invalidJson("The revision is no whole number.");
  return number as number;
}

function timestampOf({ timestamp }: Envelope): string | undefined {
  if (timestamp === undefined) return undefined;
  if (typeof timestamp !== "string" || readInstant(timestamp) === undefined)
    throw invalidJson("The timestamp is no instant of ISO 8601.");
  return timestamp;
}

function metadataOf({ metadata }: Envelope): JsonObject | undefined {
  if (metadata !== undefined && !isObject(metadata)) throw invalidJson("The metadata is no object.");
  return metadata;
}

function messageOf(
  envelope: Envelope,
  { subject }: TopicOf<"messages">,
  said: Said,
): Message | MessageResponse {
  const place = messagePathOf(envelope.path, subject);
  checkSubject(subject);
  const payload = payloadOfValue(envelope.value, said.headers["content-type"]);
  const message = { ...said, ...place, subject, ...(payload && { payload }) };
  const status = statusOf(envelope);
  return status === undefined
    ? { ...message, says: "message" }
    : { ...message, says: "message-response", status };
}

function errorOf(envelope: Envelope, said: Said): LiveError {
  const error = envelope.value;
  if (error === undefined) throw missingJsonField("/value");
  if (!isObject(error)) throw invalidJson("The value of an error is no object.");
  const status = statusOf({ status: error.status as JsonValue | undefined }) ?? statusOf(envelope);
  if (status === undefined) throw missingJsonField("/value/status");
  return { ...said, says: "live-error", status, error };
}
