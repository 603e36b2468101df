// Connections, event-sourced: commands → events in the journal → who opens and closes them.

import type { JsonObject, JsonValue } from "../base/json/json.ts";
import type { DocumentNow, DocumentRules, StoredDocument } from "../dispatch/documents/document.ts";
import { openDocumentStore } from "../dispatch/documents/document-store.ts";
import type { DocumentStoreParts } from "../dispatch/documents/document-store-parts.ts";
import type { Reply } from "../signals/reply.ts";
import type {
  ConnectionCommand,
  ConnectionEvent,
  ConnectionStore,
  OnChange,
  StoredConnection,
} from "./connection-store.ts";
import { type Decided, decide } from "./decide.ts";
import {
  connectionNotFound,
  connectionPreconditionFailed,
  connectionUnavailable,
  connectionUnreadable,
} from "./errors.ts";
import type { Connection } from "./model.ts";
import { printConnection } from "./print.ts";
import { checkConnectionId, readConnection } from "./read.ts";

type DocumentParts = DocumentStoreParts<Connection, ConnectionCommand, ConnectionEvent>;

export interface StoreParts
  extends Pick<DocumentParts, "journal" | "vault" | "historicalHeaders" | "log" | "cluster"> {
  /** Refuses a connection that this server cannot serve; asked before one is created, modified or opened. */
  validate(connection: Connection): Promise<void> | void;
  readonly onChange: OnChange;
}

const rules: DocumentRules<Connection> = {
  kind: "connection",
  read: readConnection,
  notFound: connectionNotFound,
  unavailable: connectionUnavailable,
  unreadable: connectionUnreadable,
  preconditionFailed: connectionPreconditionFailed,
};

/**
 * Reads all connections of the journal. One that cannot be read (secrets of a lost key) is told to the log; to read or open it is
 * refused for the same reason, but it can be modified and deleted. Rejects with {@link JournalUnavailable}.
 */
export async function openConnectionStore(parts: StoreParts): Promise<ConnectionStore> {
  const documents = await openDocumentStore<Connection, ConnectionCommand, ConnectionEvent>({
    ...parts,
    rules,
    codec: { print: printCommand, read: readCommand },
    mayCreate: ({ action }) => action === "create" || action === "put",
    decide: (now, command) => decideValid(now, command, parts),
  });
  return {
    connections: () => documents.all().map(storedOf),
    get(id) {
      const stored = documents.get(id);
      return stored && storedOf(stored);
    },
    current: async () => (await documents.current()).map(storedOf),
    find: (id) =>
      documents.attempt(id, async () => {
        const stored = documents.get(id);
        if (!stored) throw connectionNotFound(id);
        return storedOf(stored);
      }),
    retrieve: async (asked) => asInDitto(await documents.retrieve(asked)),
    async execute(command) {
      checkConnectionId(command.id);
      return documents.execute(command);
    },
    close: () => documents.close(),
  };
}

/** What is said of a connection is its JSON; all else is JSON as it stands. */
const printCommand = (command: ConnectionCommand): JsonObject =>
  ("connection" in command
    ? { ...command, connection: printConnection(command.connection) }
    : command) as unknown as JsonObject;

function readCommand(json: JsonValue): ConnectionCommand {
  const command = json as JsonObject;
  const { connection } = command;
  const read =
    connection === undefined ? command : { ...command, connection: readConnection(connection as JsonObject) };
  return read as unknown as ConnectionCommand;
}

async function decideValid(
  now: DocumentNow<Connection> | undefined,
  command: ConnectionCommand,
  { validate }: StoreParts,
): Promise<Decided> {
  const decided = decide(now, command);
  if (decided.document && decided.event !== "closed") await validate(decided.document);
  return decided;
}

const storedOf = ({
  document,
  revision,
  created,
  modified,
}: StoredDocument<Connection>): StoredConnection => ({
  connection: document,
  revision,
  created,
  modified,
});

/** The revision that Ditto tells of the past is one less than that of the state. */
const asInDitto = (reply: Reply): Reply =>
  reply.headers?.["historical-headers"] === undefined || reply.revision === undefined
    ? reply
    : { ...reply, revision: reply.revision - 1 };
