// What a store of documents is made of.

import type { JsonValue } from "../../base/json/json.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import type { DecidedDocument, DocumentCommand, DocumentNow, OnDocument } from "./document.ts";
import type { DocumentPlace } from "./held-documents.ts";

export interface DocumentStoreParts<T, C extends DocumentCommand, E extends string> extends DocumentPlace<T> {
  /** Names of the headers of commands that history keeps. */
  readonly historicalHeaders: readonly string[];
  /** Whether a command may be about a document that is not there. */
  mayCreate(command: C): boolean;
  /** What a command records, or why it is refused; `now` is absent where there is no document. */
  decide(now: DocumentNow<T> | undefined, command: C): Promise<DecidedDocument<T, E>> | DecidedDocument<T, E>;
  readonly onChange: OnDocument<T, E>;
  /** Called once a command is answered, whatever came of it. */
  readonly settled?: (command: C) => void;
  /** The cluster that the documents are of; absent, the server is by itself. */
  readonly cluster?: Cluster;
  /** Commands as JSON and back, for the members of a cluster. */
  readonly codec: DocumentCodec<C>;
  readonly log: { warn(fact: object, message: string): void };
}

/** A command as JSON, and back; it is not judged again. */
export interface DocumentCodec<C> {
  print(command: C): JsonValue;
  read(json: JsonValue): C;
}
