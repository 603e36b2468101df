// Documents: what the server itself holds beside things and policies, each a whole that is kept in memory and event-sourced.

import type { TwinError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json/json.ts";
import type { Path } from "../../base/json/pointer.ts";
import type { StoredKind } from "../../journal/journal.ts";
import type { AuthContext, Change, DittoHeaders, EntityKind } from "../../signals/signal.ts";
import type { PreconditionFailed } from "../preconditions.ts";

export type DocumentKind = Exclude<StoredKind, EntityKind>;

/** What is particular to one kind of documents. */
export interface DocumentRules<T> {
  readonly kind: DocumentKind;
  /** Reads what is stored, with its secrets in clear; refuses what is none for this server. */
  read(json: JsonObject): T;
  readonly notFound: (id: string) => TwinError;
  /** The database does not answer, or the server stops. */
  readonly unavailable: (id: string) => TwinError;
  /** What the journal holds was written by another server, or is damaged. */
  readonly unreadable: (id: string) => TwinError;
  readonly preconditionFailed: PreconditionFailed;
}

/** What documents look like at rest. */
export interface DocumentVault {
  /** The JSON as it is to be stored. */
  seal(json: JsonObject): JsonObject;
  /** The JSON with its secrets in clear; refuses what it cannot open. */
  open(json: JsonObject): JsonObject;
}

/** A document at one revision. */
export interface StoredDocument<T> {
  /** With its secrets in clear. */
  readonly document: T;
  /** The JSON that it was read from. */
  readonly value: JsonObject;
  readonly revision: number;
  /** Milliseconds since the epoch, of the first and the newest event of this life. */
  readonly created: number;
  readonly modified: number;
}

/** What commands about documents have in common. */
export interface DocumentCommand {
  readonly id: string;
  /** Preconditions, and those that history keeps. */
  readonly headers: DittoHeaders;
  readonly auth: AuthContext;
}

export interface RetrieveDocument extends Pick<DocumentCommand, "id" | "headers"> {
  /** The parsed field selector; absent: all. */
  readonly fields?: readonly Path[];
}

/** The document that a command finds. */
export interface DocumentNow<T> {
  readonly revision: number;
  /** With its secrets in clear, unless there is a fault. */
  readonly value: JsonObject;
  /** Absent where it cannot be read, because of the fault; then it can only be replaced and deleted. */
  readonly document?: T;
  readonly fault?: TwinError;
}

/** An event to be recorded, with the secrets in clear. */
export interface DecidedDocument<T, E extends string> {
  readonly event: E;
  /** `created` where there was none; it concerns the whole, or a part of the JSON that holds no secret. */
  readonly change: Change;
  /** The document afterwards; absent once it is deleted. */
  readonly document: T | undefined;
}

/** What else is done for a change that a listener is told of. */
export interface Telling {
  /** Whether this server carried the change out; in a cluster the others are told as well, and only one of all has done so. */
  readonly isOwn: boolean;
  /** Resolves once the others of a cluster have done their part, or cannot any more; never rejects. */
  readonly others: Promise<void>;
}

/**
 * Is told of each committed change, in the order of the revisions of a document: how it is now (absent once it is deleted), with its
 * secrets in clear. What comes of it is awaited, and a refusal told, before the command is answered; only who creates one is
 * answered at once. After an outage of the database, and in a cluster, `modified` may stand for several changes, and be the first that is told.
 */
export type OnDocument<T, E extends string> = (
  document: T | undefined,
  id: string,
  what: E | "modified" | "deleted",
  telling: Telling,
) => Promise<void> | void;

/** The entity tag of a document. */
export const tagOf = ({ revision }: { readonly revision: number }): string => `"rev:${revision}"`;
