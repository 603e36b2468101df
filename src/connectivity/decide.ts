// What a command makes of a connection, or why it is refused (connectivity-manage-connections page).

import { equals } from "../base/json/json.ts";
import { type DecidedDocument, type DocumentNow, tagOf } from "../dispatch/documents/document.ts";
import { checkPreconditions } from "../dispatch/preconditions.ts";
import type { Change } from "../signals/signal.ts";
import type { ConnectionCommand, ConnectionEvent } from "./connection-store.ts";
import {
  connectionConflict,
  connectionInvalid,
  connectionIsEqual,
  connectionNotFound,
  connectionPreconditionFailed,
} from "./errors.ts";
import type { Connection } from "./model.ts";
import { printConnection } from "./print.ts";

/** The connection that a command finds. */
type Now = DocumentNow<Connection>;

/** An event to be recorded, with the secrets in clear. */
export type Decided = DecidedDocument<Connection, ConnectionEvent>;

type Writing = Extract<ConnectionCommand, { connection: Connection }>;
type Other = Exclude<ConnectionCommand, Writing>;

/** Decides what a command records. `now` is absent where there is no connection. */
export function decide(now: Now | undefined, command: ConnectionCommand): Decided {
  const { id, headers } = command;
  if (!now && !isWriting(command)) throw connectionNotFound(id);
  checkPreconditions(headers, now && tagOf(now), false, connectionPreconditionFailed);
  if (now && command.action === "create") throw connectionConflict(id).withEtag(tagOf(now));
  if (!isWriting(command)) return changed(now as Now, command);
  return now ? modified(now, command) : written("created", command);
}

const isWriting = (command: ConnectionCommand): command is Writing => "connection" in command;

function modified({ document: before }: Now, command: Writing): Decided {
  const { connection, headers } = command;
  if (before && before.connectionType !== connection.connectionType)
    throw connectionInvalid("/connectionType", `The type of a connection stays ${before.connectionType}.`);
  const decided = written("modified", command);
  const isSame =
    before && headers["if-equal"] === "skip" && equals(printConnection(before), decided.change.value);
  if (isSame) throw connectionIsEqual();
  return decided;
}

const written = (event: "created" | "modified", { connection }: Writing): Decided => ({
  event,
  change: { action: event, path: [], value: printConnection(connection) },
  document: connection,
});

function changed({ document: connection, fault }: Now, { action }: Other): Decided {
  if (action === "delete")
    return { event: "deleted", change: { action: "deleted", path: [] }, document: undefined };
  if (!connection) throw fault;
  const [event, connectionStatus] =
    action === "open" ? (["opened", "open"] as const) : (["closed", "closed"] as const);
  const change: Change = { action: "modified", path: ["connectionStatus"], value: connectionStatus };
  return { event, change, document: { ...connection, connectionStatus } };
}
