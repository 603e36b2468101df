// A prediction that is told instead of stored: a live event of its feature.

import type { JsonObject, JsonValue } from "../../base/json/json.ts";
import { setAt } from "../../base/json/pointer.ts";
import type { LiveEvent } from "../../signals/live.ts";
import type { AuthContext } from "../../signals/signal.ts";
import { NOTE, writtenPaths } from "./metadata.ts";
import type { Prediction } from "./resolve.ts";

export interface Telling {
  readonly thingId: string;
  readonly feature: string;
  readonly patch: JsonObject;
  readonly prediction: Prediction;
  readonly note: JsonObject;
  /** Of the input. */
  readonly revision: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly auth: AuthContext;
}

/** The live event, with the note at each of its values as metadata. */
export const liveEvent = ({ thingId, feature, patch, prediction, ...of }: Telling): LiveEvent => ({
  says: "live-event",
  id: thingId,
  action: "merged",
  path: ["features", feature],
  value: patch,
  metadata: writtenPaths(prediction).reduce<JsonValue>(
    (metadata, path) => setAt(metadata, [...path, NOTE], of.note),
    {},
  ) as JsonObject,
  revision: of.revision,
  timestamp: new Date(of.time).toISOString(),
  headers: { channel: "live", "response-required": false },
  auth: of.auth,
});
