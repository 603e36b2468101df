// The seam between rows of numbers and the JSON of one kind of server.

import type { JsonValue } from "../../../base/json/json.ts";
import type { Outputs } from "../scoring.ts";

export interface Protocol {
  /** Rows of one request at most. */
  readonly maxRows: number;
  /** Path and query of requests. */
  readonly path: string;
  /** Path and query that tell whether the model is ready, where the protocol has that. */
  readonly readyPath?: string;
  bodyOf(rows: readonly (readonly number[])[]): JsonValue;
  /** The outputs of each of so many rows; throws a `ModelFault` of `bad-output`, which says what was expected, where they are not there. */
  outputsOf(answer: JsonValue, rows: number): readonly Outputs[];
}
