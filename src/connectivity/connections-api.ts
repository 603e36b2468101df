// What the doors ask of the connections of the server.

import type { JsonObject, JsonValue } from "../base/json/json.ts";
import type { Path } from "../base/json/pointer.ts";
import type { Reply } from "../signals/reply.ts";
import type {
  ConnectionCommand,
  ConnectionStore,
  RetrieveConnection,
  StoredConnection,
} from "./connection-store.ts";
import type { Connection } from "./model.ts";
import type { EncryptionMigration } from "./secrets/migration.ts";

/** What can be done with the insight into a connection that is served. */
export type InsightCommand = "enableConnectionLogs" | "resetConnectionLogs" | "resetConnectionMetrics";

/** For operators only: secrets are in clear. An ID of no connection is refused with `connectivity:connection.notfound`. */
export interface ConnectionsApi {
  /** Changes a connection, as the store of connections promises it; who opens, closes or modifies one waits until that is done. */
  execute(command: ConnectionCommand): ReturnType<ConnectionStore["execute"]>;
  retrieve(asked: RetrieveConnection): Promise<Reply>;
  /** All that there are as far as this server knows, in the order of their IDs. */
  connections(): readonly StoredConnection[];
  /** All that there are, in the order of their IDs; refuses with 503 where this member of a cluster may not know. */
  current(): Promise<readonly StoredConnection[]>;
  /** Ditto's JSON of them; with a parsed field selector, what that names. */
  list(fields?: readonly Path[]): Promise<readonly JsonObject[]>;
  /**
   * Tries whether a connection could be made; changes nothing. Rejects with why not, and with `connectivity:connection.conflict` where
   * there is one with its ID.
   */
  test(connection: Connection): Promise<void>;
  /** Ditto's JSON of how a connection is doing; in a cluster that is put together from what all members tell. */
  status(id: string): Promise<JsonObject>;
  metrics(id: string): Promise<JsonObject>;
  /** To read the logs prolongs them, where they are on. */
  logs(id: string): Promise<JsonObject>;
  /** Does nothing where the connection is not to be open. Resolves when all members have done it. */
  command(id: string, command: InsightCommand): Promise<void>;
  /** Ditto's `liveStatus` by what this member knows; `unknown` where it has none of the clients of an open connection. */
  liveStatus(id: string): string;
  /**
   * What the mappers make of a sample message; `id` is that of the connection whose configuration counts where the body says nothing else.
   * Refuses a bad body, and definitions that no mapper can be made of.
   */
  testMapping(body: JsonValue, id?: string): Promise<JsonObject>;
  readonly migration: EncryptionMigration;
}
