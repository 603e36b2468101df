// What is known of a message while it is handled.

import type { JsonObject } from "../base/json/json.ts";
import type { AwaitedAcks } from "../dispatch/acks/awaited.ts";
import type { Waiting } from "../dispatch/acks/outcome.ts";
import type { Dispatch } from "../dispatch/dispatcher.ts";
import type { Live } from "../dispatch/live/live.ts";
import type { EntityRules } from "../dispatch/rules.ts";
import type { ThingList } from "../dispatch/thing-list.ts";
import type { About } from "../protocol/envelope.ts";
import type { AuthContext, DittoHeaders, EntityKind } from "../signals/signal.ts";
import type { Answer } from "./answer.ts";
import type { NamespaceAccess } from "./namespace-access.ts";
import type { Searches } from "./searches.ts";
import type { SessionAcks } from "./session-acks.ts";
import type { StreamingSubscriptions } from "./streaming.ts";

/** Which of somebody's checks of permissions hold, by their names; refuses what is no such check. */
export type CheckPermissions = (checks: JsonObject, auth: AuthContext) => Promise<JsonObject>;

/** Counts a command of somebody, or refuses it with `too.many.requests`. */
export type CheckRate = (auth: AuthContext) => void;

export interface AnswerParts {
  readonly dispatch: Dispatch;
  readonly list: ThingList;
  readonly checkPermissions: CheckPermissions;
  readonly rules: Readonly<Record<EntityKind, EntityRules>>;
  readonly waiting: Waiting;
  readonly live: Live;
  /** How often somebody may ask; absent: as often as he likes. */
  readonly rate?: CheckRate | undefined;
  /** How many characters the headers of a message may have, names and values together. */
  readonly maxHeaderBytes: number;
  /** The longest payload of a message. */
  readonly maxMessageBytes: number;
  readonly onFault: (error: unknown, correlationId: string) => void;
}

/** Who sent a message. */
export interface Sender {
  readonly auth: AuthContext;
  /** Stands for him as the cause of what the message leads to, of which he is not told. */
  readonly origin: object;
  /** What the session may reach, by what it was opened with; absent where there are no rules. */
  readonly reach: NamespaceAccess | undefined;
  /** The labels that may come this way. */
  readonly declaredAcks: ReadonlySet<string>;
  readonly acks: SessionAcks;
  readonly searches: Searches;
  readonly streams: StreamingSubscriptions;
  /** Whether acknowledgements can be waited for though no response is wanted, since something else depends on them. */
  readonly settlesByAcks: boolean;
  /** Calls back when nobody is left to be answered; gives what calls that off. */
  onGone(callback: () => void): () => void;
}

/** What is known of a message that is being handled, and what for; it is kept until the message is answered. */
export interface Handling {
  readonly parts: AnswerParts;
  readonly sender: Sender;
  readonly onCommitted: () => void;
  /** The length of the message. */
  readonly length: number;
  /** How many characters its value has, where that was too long to come along. */
  readonly excess: number | undefined;
  headers: DittoHeaders;
  about: About | undefined;
  /** Whether a refusal is told to who requires no response. */
  isTold: boolean;
}

/** What the door itself tells of a message: it is about a thing, whatever the kind, as in Ditto. */
export const aboutThing = (about: About | undefined): About | undefined =>
  about && { kind: "thing", id: about.id, ...(about.channel && { channel: about.channel }) };

/** What comes of a message; nothing where there is nothing to tell. */
export type Answering = Promise<Answer | undefined>;
/** The same, at once where nothing has to be waited for, as with what devices answer. */
export type Answered = Answer | undefined | Answering;

// Headers are looked at here before they are checked, or although they were refused: they may be anything.
export const isSilent = ({ "response-required": required }: DittoHeaders): boolean =>
  required === false || required === "false";
export const correlationIdOf = ({ "correlation-id": id }: DittoHeaders): string =>
  typeof id === "string" ? id : "unknown";

/** What is awaited by who learns what came of it though he wants no response. */
export const withResponse = (awaited: AwaitedAcks, settlesByAcks: boolean): AwaitedAcks =>
  settlesByAcks && !awaited.responseRequired && awaited.labels.length > 0
    ? { ...awaited, responseRequired: true }
    : awaited;
