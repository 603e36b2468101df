// What a predictor learns of a thing: one event, and the thing as it was after it.

import type { JsonValue } from "../../base/json/json.ts";
import type { Path } from "../../base/json/pointer.ts";

export interface Observation {
  readonly thingId: string;
  /** Of the thing after the event. */
  readonly revision: number;
  /** Milliseconds since the epoch, of the event. */
  readonly timestamp: number;
  /** Whether the event set, changed or deleted what is at the path. */
  touches(path: Path): boolean;
  /** The value at the path after the event, as far as the predictor may read it; `undefined` where there is none. */
  valueAt(path: Path): JsonValue | undefined;
}
