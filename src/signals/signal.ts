// What can be said, by whichever door it came: one envelope for commands, events and responses.

import type { JsonObject, JsonValue } from "../base/json/json.ts";
import type { Path } from "../base/json/pointer.ts";

export type EntityKind = "thing" | "policy";

/** Who speaks: the authorization subjects of a request, the first of them its originator. */
export interface AuthContext {
  readonly subjects: readonly string[];
  /** The verified token that proved it, where it was one. */
  readonly token?: VerifiedToken;
}

/** What a JSON Web Token said that was verified (RFC 7519). */
export interface VerifiedToken {
  readonly claims: JsonObject;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Headers that the operator wants to have from its claims, by lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Ditto headers by lower-case name, parsed to their JSON types (`response-required` is a boolean, and so on). */
export type DittoHeaders = Readonly<Record<string, JsonValue>>;

export type CommandAction = "create" | "modify" | "merge" | "delete" | "retrieve";

/** One command of the Ditto Protocol: an action on a resource path of one entity. */
export interface Command {
  readonly kind: EntityKind;
  readonly id: string;
  readonly action: CommandAction;
  readonly path: Path;
  readonly value?: JsonValue;
  /** Set where the value of a merge is a JSON patch (RFC 6902), which becomes a merge or a modify of the known state. */
  readonly patchFormat?: "json-patch";
  /** The parsed field selector of a retrieve. */
  readonly fields?: readonly Path[];
  readonly headers: DittoHeaders;
  readonly auth: AuthContext;
  /** Of a write by the server itself: throws where the state that it is decided on does not allow it any more. */
  readonly guard?: (state: EntityState) => void;
}

export type EventAction = "created" | "modified" | "merged" | "deleted";

/** What a command changed: the part of an event that `decide` makes and `apply` replays. */
export interface Change {
  readonly action: EventAction;
  readonly path: Path;
  readonly value?: JsonValue;
  /** All metadata at the path afterwards, where the command changed it; else only that of what is deleted goes. */
  readonly metadata?: JsonObject;
}

/** One committed event of an entity, as the journal holds it. */
export interface EntityEvent extends Change {
  readonly kind: EntityKind;
  readonly id: string;
  readonly revision: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** The subject whose command caused it; absent where the server did so by itself. */
  readonly originator?: string;
  readonly headers: DittoHeaders;
}

/** An entity at one revision. `value` is its JSON, absent once deleted; revisions go on when it is created again. */
export interface EntityState {
  readonly value: { readonly [key: string]: JsonValue } | undefined;
  readonly revision: number;
  /** Notes on parts of the value, in a tree of the same shape (basic-metadata page). */
  readonly metadata?: JsonObject;
  /** Milliseconds since the epoch, of the first and the newest event of this life. */
  readonly created: number;
  readonly modified: number;
}
