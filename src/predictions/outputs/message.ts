// What is said of a prediction: from the outbox of its feature, and to who asked for it by a message.

import type { JsonObject } from "../../base/json/json.ts";
import type { Message, MessageResponse } from "../../signals/live.ts";
import type { AuthContext } from "../../signals/signal.ts";
import type { Output } from "../model.ts";
import type { Outputs } from "../models/scoring.ts";
import { type Prediction, saysNothing, setsValues } from "./resolve.ts";

/**
 * Whether the condition of a predictor's message holds; it does for each prediction where there is none. Of what is not known, and
 * where nothing is said of all that is to be told, it does not.
 */
export function isCrossed(output: Output, prediction: Prediction): boolean {
  if (setsValues(output) && saysNothing(prediction)) return false;
  const when = output.message?.when;
  const { trigger } = prediction;
  if (!when) return true;
  if (trigger === undefined) return false;
  return (
    (when.above === undefined || trigger > when.above) && (when.below === undefined || trigger < when.below)
  );
}

/** Says a prediction from the outbox of the feature. */
export function outboxMessage(
  thingId: string,
  featureId: string,
  subject: string,
  value: JsonObject,
  auth: AuthContext,
): Message {
  return {
    says: "message",
    id: thingId,
    featureId,
    direction: "from",
    subject,
    payload: { is: "json", value },
    headers: { channel: "live", "content-type": "application/json", "response-required": false },
    auth,
  };
}

/** Answers a message; who wants no answer gets `undefined`. */
export function answerTo(
  { id, featureId, direction, subject, headers }: Message,
  status: number,
  value: JsonObject | Outputs,
  auth: AuthContext,
): MessageResponse | undefined {
  const correlationId = headers["correlation-id"];
  if (correlationId === undefined || headers["response-required"] === false) return undefined;
  return {
    says: "message-response",
    id,
    ...(featureId !== undefined && { featureId }),
    direction,
    subject,
    status,
    payload: { is: "json", value },
    headers: { channel: "live", "correlation-id": correlationId, "content-type": "application/json" },
    auth,
  };
}
