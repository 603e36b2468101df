// The past of an entity in portions (protocol-specification-streaming-subscription page): what clients ask, and what they
// are told.

import type { TwinError } from "../base/errors.ts";
import { readInstantAfter, readInstantBefore } from "../base/instant.ts";
import { invalidJson, missingJsonField } from "../base/json/errors.ts";
import { getKey, isObject, isRawNumber, type JsonObject, type JsonValue } from "../base/json/json.ts";
import { type Path, printPath } from "../base/json/pointer.ts";
import type { AuthContext, DittoHeaders, EntityEvent, EntityKind } from "../signals/signal.ts";
import { contentTypeOf, type Envelope, pathOf, print } from "./envelope.ts";
import { toldHeaders } from "./headers.ts";
import { printTopic, type StreamingTopic } from "./topic.ts";

/** Which events are asked for; all ends are included, what is absent has none. */
export interface AskedPast {
  readonly fromRevision?: number;
  readonly toRevision?: number;
  /** Milliseconds since the epoch: the first after, and the last before what was given. */
  readonly fromTimestamp?: number;
  readonly toTimestamp?: number;
  /** RQL. */
  readonly filter?: string;
  /** What of the entity has to be readable. */
  readonly path: Path;
}

export type StreamingCommand =
  | { readonly action: "subscribeForPersistedEvents"; readonly past: AskedPast }
  /** Asks for so many more events; what is below 1 breaks the protocol, and is for the receiver to refuse. */
  | { readonly action: "request"; readonly subscriptionId: string; readonly demand: number }
  | { readonly action: "cancel"; readonly subscriptionId: string };

/**
 * Reads the value of a message. Null counts as absent. A missing subscription ID is refused with `json.field.missing`,
 * everything that is of a wrong type with `json.invalid`.
 */
export function readStreamingCommand(envelope: Envelope, { kind, action }: StreamingTopic): StreamingCommand {
  const payload = payloadOf(envelope.value);
  switch (action) {
    case "subscribeForPersistedEvents":
      return { action, past: { ...askedPast(payload), path: pathOf(envelope.path, kind) } };
    case "request":
      return { action, subscriptionId: subscriptionOf(payload), demand: longAt(payload, "demand") ?? 0 };
    case "cancel":
      return { action, subscriptionId: subscriptionOf(payload) };
  }
}

function payloadOf(value: JsonValue | undefined): JsonObject {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw invalidJson("The value of the message must be an object.");
  return value;
}

function askedPast(payload: JsonObject): Omit<AskedPast, "path"> {
  const fromRevision = longAt(payload, "fromHistoricalRevision");
  const toRevision = longAt(payload, "toHistoricalRevision");
  const fromTimestamp = instantAt(payload, "fromHistoricalTimestamp", readInstantAfter);
  const toTimestamp = instantAt(payload, "toHistoricalTimestamp", readInstantBefore);
  const filter = textAt(payload, "filter");
  return {
    ...(fromRevision !== undefined && { fromRevision }),
    ...(toRevision !== undefined && { toRevision }),
    ...(fromTimestamp !== undefined && { fromTimestamp }),
    ...(toTimestamp !== undefined && { toTimestamp }),
    ...(filter !== undefined && { filter }),
  };
}

function textAt(payload: JsonObject, key: string): string | undefined {
  const text = getKey(payload, key) ?? undefined;
  if (text !== undefined && typeof text !== "string")
    throw invalidJson(`The field '${key}' must be a string.`);
  return text;
}

function instantAt(
  payload: JsonObject,
  key: string,
  read: (text: string) => number | undefined,
): number | undefined {
  const text = textAt(payload, key);
  if (text === undefined) return undefined;
  const instant = read(text);
  if (instant === undefined) throw invalidJson(`The field '${key}' must be an instant of ISO 8601.`);
  return instant;
}

/** Of 64 bits. */
const MOST = 2 ** 63;

/** A whole number; beyond what a double holds exactly it is the largest one that it does, which no revision reaches. */
function longAt(payload: JsonObject, key: string): number | undefined {
  const given = getKey(payload, key) ?? undefined;
  if (given === undefined) return undefined;
  const number = isRawNumber(given) ? Number(given.rawJSON) : given;
  if (typeof number !== "number" || !Number.isInteger(number) || Math.abs(number) > MOST)
    throw invalidJson(`The field '${key}' must be a whole number of 64 bits.`);
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(number, Number.MAX_SAFE_INTEGER));
}

function subscriptionOf(payload: JsonObject): string {
  const id = textAt(payload, "subscriptionId");
  if (id === undefined) throw missingJsonField("/value/subscriptionId");
  return id;
}

/** Whose past it is. */
export interface PastOf {
  readonly kind: EntityKind;
  readonly id: string;
}

/** Prints that a stream has begun, or that all of it was told; `headers` as `printToldHeaders` makes them. */
export const printStreaming = (
  of: PastOf,
  event: "created" | "complete",
  id: string,
  headers: string,
): string => tell(of, event, id, headers, "");

/** Prints an event of the past, which is a protocol message itself. */
export const printPast = (of: PastOf, id: string, item: string, headers: string): string =>
  tell(of, "next", id, headers, `,"item":${item}`);

/** Prints why a stream is over, or what was wrong about a message for it. */
export const printStreamingFailed = (of: PastOf, id: string, error: TwinError, headers: string): string =>
  tell(of, "failed", id, headers, `,"error":${JSON.stringify(error)}`);

const tell = ({ kind, id: entity }: PastOf, event: string, id: string, headers: string, more: string) =>
  `{"topic":${JSON.stringify(printTopic(kind, entity, "streaming", event))},"headers":${headers},"path":"/",` +
  `"value":{"subscriptionId":${JSON.stringify(id)}${more}}}`;

/** An event as it is told of the past, with the headers that were kept of it. */
export interface PastItem {
  readonly event: EntityEvent;
  readonly historicalHeaders: DittoHeaders;
}

/** Prints an event of the past as a protocol message; it has the headers of the message that asked for the past. */
export function printPastEvent(
  { event, historicalHeaders }: PastItem,
  asked: DittoHeaders,
  auth: AuthContext,
): string {
  const headers = toldHeaders(asked, "all");
  headers["ditto-originator"] = auth.subjects[0] as string;
  headers["historical-headers"] = historicalHeaders;
  headers["response-required"] = false;
  headers["entity-revision"] = event.revision;
  if (event.action === "deleted") delete headers["content-type"];
  else headers["content-type"] = contentTypeOf(event.action);
  const { kind, id, action, path, value, revision, timestamp } = event;
  return print(printTopic(kind, id, "events", action), headers, printPath(path), {
    value: value === undefined ? undefined : JSON.stringify(value),
    end: `"revision":${revision},"timestamp":"${new Date(timestamp).toISOString()}"`,
  });
}
