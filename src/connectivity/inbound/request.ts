// What an answer goes back by: where the message that it answers came in, and what is known of that.

import type { JsonObject } from "../../base/json/json.ts";
import type { Answer } from "../../conversation/answer.ts";
import type { Spoken } from "./enforcement.ts";

/** What is kept of a message that may be answered. */
export interface Request {
  /** The index of its source. */
  readonly source: number;
  /** The ID of the mapper that made it, and maps its answer; absent where it was not mapped. */
  readonly mapper: string | undefined;
  /** Its headers with those of the mapping, as they came. */
  readonly headers: JsonObject;
  readonly subjects: readonly string[];
  /** What it is about, where that is one entity. */
  readonly spoken?: Spoken | undefined;
  /** The connection that its answer is to go to instead. */
  readonly divertTo?: string | undefined;
  /** Which types of answers are diverted, between commas. */
  readonly divertTypes?: string | undefined;
}

/** Takes an answer that somebody wants. Must not throw. */
export type TakeAnswer = (request: Request, answer: Answer) => void;
