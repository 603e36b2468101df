// What can be asked of the connections of the server: commands that change them, and how they are and were.

import type { Path } from "../base/json/pointer.ts";
import type { DocumentCommand, OnDocument } from "../dispatch/documents/document.ts";
import type { Reply } from "../signals/reply.ts";
import type { Connection } from "./model.ts";

/** A connection at one revision. */
export interface StoredConnection {
  /** With its secrets in clear. */
  readonly connection: Connection;
  readonly revision: number;
  /** Milliseconds since the epoch, of the first and the newest event of this life. */
  readonly created: number;
  readonly modified: number;
}

/** Of the headers `if-match`, `if-none-match` and `if-equal` count, and those that history keeps. */
type Asked = DocumentCommand;

/** `create` is refused where there is one (409); `put` creates where there is none. */
export type WritingAction = "create" | "put";

/** Commands that change a connection. The ID is that of the connection. */
export type ConnectionCommand =
  | (Asked & { readonly action: WritingAction; readonly connection: Connection })
  | (Asked & { readonly action: "open" | "close" | "delete" });

export interface RetrieveConnection extends Asked {
  /** The parsed field selector; absent: all. */
  readonly fields?: readonly Path[];
}

export type ConnectionEvent = "created" | "modified" | "opened" | "closed" | "deleted";

/** Opens and closes connections as they change; a refusal is told to who sent the command. */
export type OnChange = OnDocument<Connection, ConnectionEvent>;

export interface ConnectionStore {
  /** All that there are, in the order of their IDs (by code point). */
  connections(): readonly StoredConnection[];
  get(id: string): StoredConnection | undefined;
  /**
   * All that there are, as {@link connections}, when nothing of it can be out of date in a cluster; else refuses with
   * `gateway:service.unavailable`.
   */
  current(): Promise<readonly StoredConnection[]>;
  /**
   * One, when nothing of it can be out of date in a cluster. Refuses with `connectivity:connection.notfound`, `…unavailable`.
   */
  find(id: string): Promise<StoredConnection>;
  /**
   * Does what a command asks for; resolves with 201 and the connection where it was created, else 204, once it is committed. Commands
   * of one connection run one after another.
   * Refuses with what `validate` and the listener refuse with, `connectivity:connection.notfound`, `…conflict`, `…unavailable` (503,
   * the database does not answer), `connectivity:precondition.failed`.
   */
  execute(command: ConnectionCommand): Promise<Reply>;
  /**
   * Reads one, as it is (200, or 304 by `if-none-match`) or, with the headers of history, as it was. The revision of an answer from
   * history is one less than that of the state, as Ditto tells it.
   */
  retrieve(asked: RetrieveConnection): Promise<Reply>;
  /** Begins nothing new; resolves once what is under way is answered. */
  close(): Promise<void>;
}
