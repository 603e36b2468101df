// Connections for tests, and commands about them.

import type { JsonObject } from "../../../src/base/json/json.ts";
import type { ConnectionCommand } from "../../../src/connectivity/connection-store.ts";
import type { Connection } from "../../../src/connectivity/model.ts";
import { readConnection } from "../../../src/connectivity/read.ts";
import type { DittoHeaders } from "../../../src/signals/signal.ts";

export const source: JsonObject = {
  addresses: ["in/#"],
  qos: 1,
  authorizationContext: ["nginx:ditto"],
  headerMapping: {},
  replyTarget: { enabled: false },
};
export const target: JsonObject = {
  address: "out/{{ thing:id }}",
  topics: ["_/_/things/twin/events"],
  qos: 1,
  authorizationContext: ["nginx:ditto"],
};

/** The JSON of a valid connection with some fields changed. */
export const jsonOf = (fields: JsonObject = {}): JsonObject => ({
  id: "bridge",
  name: "a bridge",
  connectionType: "mqtt",
  connectionStatus: "open",
  uri: "tcp://user:secret@broker.example.org:1883",
  sources: [source],
  targets: [target],
  ...fields,
});

export const connectionOf = (fields: JsonObject = {}): Connection => readConnection(jsonOf(fields));

const auth = { subjects: ["nginx:devops"] };

/** A command that writes a connection. */
export const writing = (
  action: "create" | "put",
  fields: JsonObject = {},
  headers: DittoHeaders = {},
): ConnectionCommand => {
  const connection = connectionOf(fields);
  return { action, id: connection.id, connection, headers, auth };
};

export const commanding = (
  action: "open" | "close" | "delete",
  id = "bridge",
  headers: DittoHeaders = {},
): ConnectionCommand => ({ action, id, headers, auth });
