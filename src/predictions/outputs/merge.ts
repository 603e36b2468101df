// The command that writes a prediction to its feature.

import type { JsonObject, JsonValue } from "../../base/json/json.ts";
import { setAt } from "../../base/json/pointer.ts";
import type { AuthContext, Command } from "../../signals/signal.ts";
import type { Output } from "../model.ts";
import { metadataHeader } from "./metadata.ts";
import { type Placed, type Prediction, saysNothing } from "./resolve.ts";

/** What a feature is to be told by a prediction: its definition only where it has none. */
export function featurePatch(output: Output, prediction: Prediction, hasNone: boolean): JsonObject {
  const { properties, desiredProperties } = prediction;
  return {
    ...(hasNone && output.definition && { definition: output.definition }),
    ...(properties.length > 0 && { properties: tree(properties) }),
    ...(desiredProperties.length > 0 && { desiredProperties: tree(desiredProperties) }),
  };
}

const tree = (values: Placed): JsonValue =>
  values.reduce<JsonValue>((made, [pointer, value]) => setAt(made, pointer, value), {});

export interface Merge {
  readonly thingId: string;
  readonly feature: string;
  readonly patch: JsonObject;
  readonly prediction: Prediction;
  readonly note: JsonObject;
  readonly auth: AuthContext;
}

/** Where there are none of the values that are to be taken away, it is refused with 412 and nothing is recorded. */
const onlyChanges = { "if-match": "*", "if-equal": "skip" };

export const mergeCommand = ({ thingId, feature, patch, prediction, note, auth }: Merge): Command => ({
  kind: "thing",
  id: thingId,
  action: "merge",
  path: ["features", feature],
  value: patch,
  headers: {
    ...(saysNothing(prediction) && onlyChanges),
    "put-metadata": metadataHeader(prediction, note),
    "response-required": false,
  },
  auth,
});
