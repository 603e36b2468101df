// What is said between the server and its thread that judges large JSON.

import type { TwinError } from "../../base/errors.ts";

/** The body of a request. */
export interface LargeBody {
  readonly is: "body";
  readonly bytes: Uint8Array;
  /** The most characters that its compact text may have. */
  readonly most: number;
  /** A key at its top whose value counts by itself, as the policy of a new thing does. */
  readonly beside?: { readonly key: string; readonly most: number } | undefined;
}

/** A message of the Ditto Protocol. */
export interface LargeMessage {
  readonly is: "message";
  readonly bytes: Uint8Array;
  /** The most characters that its value may have, unless that is a single text. */
  readonly most: number;
}

/** JSON in UTF-8, as it came. */
export type Large = LargeBody | LargeMessage;

export interface Judged {
  /** Compact JSON that was judged: the body or message, without what is too long. That is all of a body, and the value of a message. */
  readonly text: string;
  /** How many characters that has which is too long, if anything is. */
  readonly excess?: number;
}

export interface Question {
  readonly id: number;
  readonly large: Large;
}

export type Answer = { readonly id: number } & (
  | { readonly judged: Judged }
  | { readonly refusal: Pick<TwinError, "code" | "status" | "text"> }
);
