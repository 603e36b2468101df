// Connections as they are sent: Ditto's JSON, with what Ditto adds to it.

import { randomUUID } from "node:crypto";
import type { TwinError } from "../../../base/errors.ts";
import { getKey, isObject, type JsonObject, type JsonValue } from "../../../base/json/json.ts";
import { connectionIdNotSettable, connectionTooLarge, fieldInvalid } from "../../../connectivity/errors.ts";
import type { Connection } from "../../../connectivity/model.ts";
import { readConnection } from "../../../connectivity/read.ts";

/** The refusal of a body of which more came than is read. */
export const tooLarge =
  (most: number) =>
  (size: number): TwinError =>
    connectionTooLarge(size, most);

/** A connection that gets its ID here. As with Ditto, what it is to be may be left out, which does not open it. */
export function readNew(body: JsonValue): Connection {
  const json = objectOf(body);
  if (getKey(json, "id") !== undefined) throw connectionIdNotSettable();
  return readConnection({ connectionStatus: "unknown", ...json, id: randomUUID() });
}

/** A connection that is put at an ID. */
export function readPut(body: JsonValue, id: string): Connection {
  const json = objectOf(body);
  const given = getKey(json, "id");
  if (given !== undefined && given !== id) throw connectionIdNotSettable(id);
  return readConnection({ ...json, id });
}

/** A connection that is only tried, whatever its ID; as Ditto, this wants to know what it is to be. */
export const readTest = (body: JsonValue): Connection =>
  readConnection({ ...objectOf(body), id: `${randomUUID()}-dry-run` });

function objectOf(body: JsonValue): JsonObject {
  if (!isObject(body)) throw fieldInvalid("", "an object", body);
  return body;
}
