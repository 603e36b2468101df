import type { JsonValue } from "../base/json/json.ts";
import type { DittoHeaders, EntityKind } from "./signal.ts";

/** An acknowledgement that a client sent: what became of something that it was told of (basic-acknowledgements page). */
export interface IncomingAck {
  readonly kind: EntityKind;
  readonly id: string;
  readonly label: string;
  /** A status of HTTP: below 300, what was told has been taken care of. */
  readonly status: number;
  /** That of what is acknowledged. */
  readonly correlationId: string;
  readonly value?: JsonValue;
  /** As they came, checked. */
  readonly headers: DittoHeaders;
  /** How long the message was, in characters. */
  readonly characters: number;
  /** Who acknowledges. */
  readonly subjects: readonly string[];
}
