// What is said to a device or by one, and never stored (protocol-twinlive and basic-messages pages): live commands, live
// events, messages, and the answers to them.

import type { JsonObject, JsonValue } from "../base/json/json.ts";
import type { Path } from "../base/json/pointer.ts";
import type { AuthContext, Command, CommandAction, DittoHeaders, EventAction } from "./signal.ts";

/** A command that a device carries out, not its twin. */
export interface LiveCommand extends Command {
  readonly says: "live-command";
  readonly kind: "thing";
}

interface Said {
  /** Of the thing. */
  readonly id: string;
  readonly headers: DittoHeaders;
  /** Who says it. */
  readonly auth: AuthContext;
}

/** What a device says has happened. */
export interface LiveEvent extends Said {
  readonly says: "live-event";
  readonly action: EventAction;
  readonly path: Path;
  readonly value?: JsonValue;
  readonly revision?: number;
  /** As it came, an instant of ISO 8601. */
  readonly timestamp?: string;
  readonly metadata?: JsonObject;
}

/** What a message carries, as its content type says: JSON, text, or bytes (base64 in the Ditto Protocol). */
export type Payload =
  | { readonly is: "json"; readonly value: JsonValue }
  | { readonly is: "text"; readonly text: string }
  | { readonly is: "bytes"; readonly bytes: Uint8Array };

/** Whose box a message is in: `to` a thing or feature is its inbox, `from` one its outbox. */
export type Direction = "to" | "from";

/** What a message and its answer say they are about. */
interface AboutMessage extends Said {
  /** Absent where it is to or from the thing as a whole. */
  readonly featureId?: string;
  readonly direction: Direction;
  readonly subject: string;
  /** Its content type is the header `content-type`. */
  readonly payload?: Payload;
}

export interface Message extends AboutMessage {
  readonly says: "message";
}

/** What a subscription to live signals can bring. */
export type LiveSignal = LiveCommand | LiveEvent | Message;

/** What a device answers to a live command. */
export interface LiveResponse extends Said {
  readonly says: "live-response";
  readonly action: CommandAction;
  readonly path: Path;
  readonly value?: JsonValue;
  readonly status: number;
}

/** What a device answers to a message. */
export interface MessageResponse extends AboutMessage {
  readonly says: "message-response";
  readonly status: number;
}

/** The refusal that a device answers with. */
export interface LiveError extends Said {
  readonly says: "live-error";
  readonly status: number;
  /** In the form of Ditto's errors. */
  readonly error: JsonObject;
}

/** What answers a live command or a message; which, its correlation ID tells. */
export type LiveAnswer = LiveResponse | MessageResponse | LiveError;
