// Signals as JSON, from one member of a cluster to another. All that is said is JSON already, but for the bytes of a payload; numbers
// stay exact where the text is printed by JSON.stringify and read by `parseStored`. What a member says is not checked again.

import type { JsonObject, JsonValue } from "../base/json/json.ts";
import type { IncomingAck } from "../signals/incoming-ack.ts";
import type { LiveAnswer, LiveSignal, Payload } from "../signals/live.ts";
import type { PolicyAnnouncement } from "../signals/policy-announcement.ts";
import type { AuthContext, EntityEvent, EntityState } from "../signals/signal.ts";

type Plain = EntityEvent | EntityState | IncomingAck | PolicyAnnouncement;

/** An event, a state, an acknowledgement or an announcement; these are JSON as they stand, but for absent members. */
export const plainJson = (said: Plain): JsonObject => said as unknown as JsonObject;

const readPlain =
  <T extends Plain>() =>
  (json: JsonValue | undefined): T =>
    json as unknown as T;

export const eventOfJson = readPlain<EntityEvent>();
export const incomingAckOfJson = readPlain<IncomingAck>();
export const announcementOfJson = readPlain<PolicyAnnouncement>();

/** JSON has no member without a value: that of a deleted entity comes back as one. */
export function stateOfJson(json: JsonValue | undefined): EntityState {
  const state = json as unknown as Omit<EntityState, "value"> & Partial<Pick<EntityState, "value">>;
  return "value" in state ? (state as EntityState) : { ...state, value: undefined };
}

/** A live signal or the answer to one. Of who says it the subjects go along, but not his token. */
export function liveJson(said: LiveSignal | LiveAnswer): JsonObject {
  const { auth, ...others } = said;
  const json = { ...others, auth: { subjects: auth.subjects } };
  const payload = "payload" in said ? said.payload : undefined;
  return (payload ? { ...json, payload: payloadJson(payload) } : json) as unknown as JsonObject;
}

export const liveSignalOfJson = (json: JsonValue | undefined): LiveSignal => withPayload<LiveSignal>(json);
export const liveAnswerOfJson = (json: JsonValue | undefined): LiveAnswer => withPayload<LiveAnswer>(json);

function withPayload<T>(json: JsonValue | undefined): T {
  const said = json as JsonObject;
  if (said.payload === undefined) return said as T;
  return { ...said, payload: payloadOfJson(said.payload) } as T;
}

/** Bytes as base64. */
const payloadJson = (payload: Payload): JsonObject =>
  payload.is === "bytes"
    ? { is: "bytes", bytes: Buffer.from(payload.bytes).toString("base64") }
    : (payload as JsonObject);

function payloadOfJson(json: JsonValue): Payload {
  const { is, bytes } = json as JsonObject;
  if (is !== "bytes") return json as unknown as Payload;
  return { is, bytes: Buffer.from(bytes as string, "base64") };
}

/** Who speaks, with what his token said where it is one. */
export const authJson = (auth: AuthContext): JsonObject => auth as unknown as JsonObject;
export const authOfJson = (json: JsonValue | undefined): AuthContext => json as unknown as AuthContext;
