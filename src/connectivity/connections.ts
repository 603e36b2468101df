// The connections of the server put together: what is stored of them, what serves them, and what is noted of them.

import { randomUUID } from "node:crypto";
import { selectFields } from "../base/json/fields.ts";
import type { JsonObject } from "../base/json/json.ts";
import type { Path } from "../base/json/pointer.ts";
import { around } from "../dispatch/documents/retrieve-document.ts";
import type { ConnectionStore, OnChange, StoredConnection } from "./connection-store.ts";
import type { ConnectionsApi } from "./connections-api.ts";
import { connectionConflict, connectionTimeout } from "./errors.ts";
import { insightInto } from "./insight.ts";
import type { Links } from "./lifecycle/links.ts";
import { type MappingTestParts, runMappingTest } from "./mapping-test/mapping-test.ts";
import { readMappingTest } from "./mapping-test/read-mapping-test.ts";
import type { Connection } from "./model.ts";
import type { Monitoring } from "./monitoring/monitoring.ts";
import { type OpeningPace, openInTurn } from "./opening.ts";
import { placeClients } from "./placing.ts";
import { printConnection } from "./print.ts";
import type { EncryptionMigration } from "./secrets/migration.ts";
import { openConnectionStore, type StoreParts } from "./store.ts";

export interface ConnectionsParts extends Omit<StoreParts, "onChange"> {
  /** Made with the same monitoring. */
  readonly links: Links;
  readonly monitoring: Monitoring;
  readonly mappingTests: MappingTestParts;
  readonly migration: EncryptionMigration;
  /** At what pace the connections are opened that are to be open when the server starts. */
  readonly openingPace: OpeningPace;
  /** Milliseconds that a command waits for a connection to be opened or closed. */
  readonly commandTimeoutMs: number;
}

export interface Connections extends ConnectionsApi {
  /** Ends commands under way, and closes what is open; the journal can be closed then. */
  stop(): Promise<void>;
}

/** Reads the connections of the journal and begins to open those that are to be open. Rejects as the store does. */
export async function startConnections(parts: ConnectionsParts): Promise<Connections> {
  const store = await openConnectionStore({ ...parts, onChange: follow(parts) });
  const endPlacing = placeClients(store, parts);
  const ids = store.connections().flatMap(({ connection }) => (isToBeOpen(connection) ? connection.id : []));
  const endOpening = openInTurn(ids, (id) => openStored(id, store, parts), parts.openingPace);
  return {
    ...connectionsOf(store, parts),
    async stop() {
      endOpening();
      endPlacing();
      await stop(store, parts);
    },
  };
}

/** Opens a connection when its turn has come, unless a command has seen to it. */
function openStored(id: string, store: ConnectionStore, { links, log }: ConnectionsParts): void {
  const connection = store.get(id)?.connection;
  if (!connection || !isToBeOpen(connection) || links.views(id)) return;
  links.open(connection).catch((err: unknown) => {
    log.warn({ err, connectionId: id }, "a connection could not be opened");
  });
}

const isToBeOpen = ({ connectionStatus }: Connection): boolean => connectionStatus === "open";

/** Does what a change asks for. */
const follow =
  ({ links, monitoring, commandTimeoutMs }: ConnectionsParts): OnChange =>
  async (connection, id, what) => {
    if (connection?.connectionStatus === "open" && !(what === "opened" && isOpen(links, id)))
      await within(links.open(connection), id, commandTimeoutMs);
    if (what === "opened") monitoring.enableLogs(id);
    if (connection?.connectionStatus === "open") return;
    try {
      await within(links.close(id, connection ?? "none"), id, commandTimeoutMs);
    } finally {
      if (!connection) monitoring.forget(id);
    }
  };

/** What is open needs not be opened; what has failed is tried again at once. */
const isOpen = (links: Links, id: string): boolean => links.status(id)?.liveStatus === "open";

async function within(work: Promise<void>, id: string, ms: number): Promise<void> {
  work.catch(() => undefined); // it may fail when nobody waits any more
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(connectionTimeout(id)), ms);
  try {
    await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function connectionsOf(store: ConnectionStore, parts: ConnectionsParts): ConnectionsApi {
  const { migration } = parts;
  return {
    ...insightInto(store, parts),
    execute: (command) => store.execute(command),
    retrieve: (asked) => store.retrieve(asked),
    connections: () => store.connections(),
    current: () => store.current(),
    list: async (fields) => (await store.current()).map((stored) => listed(stored, fields)),
    async test(connection) {
      if (store.get(connection.id)) throw connectionConflict(connection.id);
      await test(connection, parts);
    },
    async testMapping(body, id) {
      const connection = id === undefined ? undefined : (await store.find(id)).connection;
      return runMappingTest(readMappingTest(body, connection), connection, parts.mappingTests);
    },
    migration,
  };
}

function listed({ connection, ...state }: StoredConnection, fields: readonly Path[] | undefined): JsonObject {
  const value = printConnection(connection);
  return fields ? (selectFields(around({ value, ...state }), fields) as JsonObject) : value;
}

/** Under an ID of its own, so that nothing of it mixes with a connection that is created meanwhile. */
async function test(
  connection: Connection,
  { validate, links, monitoring }: ConnectionsParts,
): Promise<void> {
  await validate(connection);
  const id = `${randomUUID()}-dry-run`;
  try {
    await links.test({ ...connection, id });
  } finally {
    monitoring.forget(id);
  }
}

async function stop(
  store: ConnectionStore,
  { links, migration, monitoring }: ConnectionsParts,
): Promise<void> {
  // What is under way may wait for a connection to be made, which the end of all makes it wait for no longer.
  await Promise.all([migration.stop(), links.stop(), store.close()]);
  await monitoring.stop();
}
