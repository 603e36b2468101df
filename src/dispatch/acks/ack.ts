// One acknowledgement, and several of them put together (protocol-specification-acks page).

import type { TwinError } from "../../base/errors.ts";
import type { JsonObject, JsonValue } from "../../base/json/json.ts";
import { toldHeaders } from "../../protocol/headers.ts";
import type { IncomingAck } from "../../signals/incoming-ack.ts";
import type { Reply } from "../../signals/reply.ts";
import type { Command, DittoHeaders } from "../../signals/signal.ts";
import { serviceUnavailable } from "../errors.ts";
import { acknowledgementTimeout } from "./errors.ts";
import { SEARCH_PERSISTED, TWIN_PERSISTED } from "./labels.ts";

export interface Ack {
  readonly label: string;
  /** A status of HTTP; 200–299 is success. */
  readonly status: number;
  readonly payload?: JsonValue;
  readonly headers: DittoHeaders;
}

export const isSuccess = ({ status }: Pick<Ack, "status">): boolean => status >= 200 && status <= 299;

/**
 * The acknowledgement that a committed command is. `carried` are the headers of the command that its responses repeat,
 * among them its correlation ID; `location` is told over HTTP, of what was created.
 */
export function twinPersisted(command: Command, reply: Reply, carried: DittoHeaders, location?: string): Ack {
  const { "requested-acks": _, ...headers } = carried as { [name: string]: JsonValue };
  headers["ditto-originator"] = command.auth.subjects[0] as string;
  if (reply.revision !== undefined) headers["entity-revision"] = reply.revision;
  headers["response-required"] = false;
  if (reply.etag !== undefined) headers.etag = reply.etag;
  Object.assign(headers, reply.headers);
  if (location !== undefined && reply.status === 201) headers.location = location;
  const payload = reply.value === undefined ? {} : { payload: reply.value };
  return { label: TWIN_PERSISTED, status: reply.status, ...payload, headers };
}

/** The acknowledgement that what was committed can be found by searching, or why it cannot yet. */
export function searchPersisted(error?: unknown): Ack {
  const headers = { "response-required": false };
  if (error === undefined) return { label: SEARCH_PERSISTED, status: 204, headers };
  const refusal = serviceUnavailable();
  return { label: SEARCH_PERSISTED, status: refusal.status, payload: { ...refusal.toJSON() }, headers };
}

/** What stands for an acknowledgement that did not come in time. */
export const timedOut = (label: string, timeoutMs: number, correlationId: string): Ack =>
  refusedAck(label, acknowledgementTimeout(timeoutMs), correlationId);

/** What stands for an acknowledgement that there is none of. */
export function refusedAck(label: string, error: TwinError, correlationId: string): Ack {
  const headers = { "correlation-id": correlationId, "response-required": false };
  return { label, status: error.status, payload: { ...error.toJSON() }, headers };
}

/**
 * What the server acknowledges for who declared a label and is not told: it must not be waited for. It counts as success,
 * and its header `ditto-weak-ack` tells it from others.
 */
export const weakAck = (label: string, correlationId: string): Ack => ({
  label,
  status: 200,
  payload: "The server acknowledges this: who declared the label is not told, or did not ask to be.",
  headers: { "correlation-id": correlationId, "response-required": false, "ditto-weak-ack": true },
});

/** The acknowledgement that a client sent. */
export function clientAck({ label, status, value, headers }: IncomingAck): Ack {
  const told = { ...toldHeaders(headers, "all"), "response-required": false };
  return { label, status, ...(value !== undefined && { payload: value }), headers: told };
}

/** The status of several acknowledgements is 200 where all succeeded, else 424; a single one keeps its own. */
export function combinedStatus(acks: readonly Ack[]): number {
  if (acks.length === 1) return (acks[0] as Ack).status;
  return acks.every(isSuccess) ? 200 : 424;
}

/** Acknowledgements by label, as they stand in a body. */
export function acksJson(acks: readonly Ack[]): JsonObject {
  const entries = acks.map(({ label, status, payload, headers }): [string, JsonObject] => [
    label,
    { status, ...(payload !== undefined && { payload }), headers },
  ]);
  return Object.fromEntries(entries); // makes own keys, also of `__proto__`
}
