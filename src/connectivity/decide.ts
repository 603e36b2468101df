// What a command makes of a connection, or why it is refused (connectivity-manage-connections page).

import type { TwinError } from "../base/errors.ts";
import { equals } from "../base/json/json.ts";
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
export interface Now {
  readonly revision: number;
  /** Absent where it cannot be read, because of the fault; then it can only be replaced and deleted. */
  readonly connection?: Connection;
  readonly fault?: TwinError;
}

/** An event to be recorded, with the secrets in clear. */
export interface Decided {
  readonly event: ConnectionEvent;
  readonly change: Change;
  /** The connection afterwards; absent once it is deleted. */
  readonly connection: Connection | undefined;
}

type Writing = Extract<ConnectionCommand, { connection: Connection }>;
type Other = Exclude<ConnectionCommand, Writing>;

/** The entity tag of a connection. */
export const tagOf = ({ revision }: { readonly revision: number }): string => `"rev:${revision}"`;

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

function modified({ connection: before }: Now, command: Writing): Decided {
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
  connection,
});

function changed({ connection, fault }: Now, { action }: Other): Decided {
  if (action === "delete")
    return { event: "deleted", change: { action: "deleted", path: [] }, connection: undefined };
  if (!connection) throw fault;
  const [event, connectionStatus] =
    action === "open" ? (["opened", "open"] as const) : (["closed", "closed"] as const);
  const change: Change = { action: "modified", path: ["connectionStatus"], value: connectionStatus };
  return { event, change, connection: { ...connection, connectionStatus } };
}
