// What inbound messages are handed to: whoever understands protocol messages and answers them.

import type { JsonObject } from "../../base/json/json.ts";
import type { Answer } from "../../conversation/answer.ts";
import type { Acknowledgement } from "../../protocol/acknowledgement.ts";
import type { LiveSignal } from "../../signals/live.ts";
import type { PolicyAnnouncement } from "../../signals/policy-announcement.ts";
import type { AuthContext, DittoHeaders, EntityEvent } from "../../signals/signal.ts";

/**
 * Handles one protocol message. What it leads to is begun before it returns, so that messages keep their order. Gives what it is
 * answered with, or what came of it where nobody wants an answer; nothing where there is nothing to tell. Refusals are answers;
 * it rejects where it fails itself.
 */
export type Converse = (said: Said) => Promise<Answer | undefined>;

export interface Said {
  /** The protocol message, with the headers that the source adds. */
  readonly message: JsonObject;
  readonly auth: AuthContext;
  readonly peer: Peer;
  /** About how long the message is, in characters. */
  readonly characters: number;
}

/** Who says something: a source of a connection. */
export interface Peer {
  readonly connectionId: string;
  /** The origin of all that the connection causes, which its targets are not told of. */
  readonly origin: object;
  /** The labels that may come by this source; others are refused with `acknowledgement:label.not.declared`. */
  readonly declaredAcks: ReadonlySet<string>;
  /** What the connection as a whole was asked to acknowledge. */
  readonly acks: PeerAcks;
  /** Acknowledgements can be awaited without a response being required: the message is settled by them. */
  readonly settlesByAcks: true;
  /** Tells something that is no answer to one message, as a page of a search; it goes where answers of the source go. */
  tell(text: string): void;
  /** Calls back when the connection is closed; gives what calls that off. */
  onGone(callback: () => void): () => void;
}

/** What somebody may acknowledge: what he was told of, with labels that he declared. */
export interface PeerAcks {
  readonly declared: ReadonlySet<string>;
  /** Remembers that a signal is told. Gives the labels that it asks for; absent where it asks this peer for none. */
  asked(signal: EntityEvent | LiveSignal): readonly string[] | undefined;
  /** The same of an announcement. */
  told(announcement: PolicyAnnouncement): readonly string[] | undefined;
  /** Passes an acknowledgement on to what it is for; one of what was not asked for is dropped. */
  take(
    ack: Acknowledgement,
    message: { readonly id: string; readonly headers: DittoHeaders; readonly characters: number },
    auth: AuthContext,
  ): void;
}
