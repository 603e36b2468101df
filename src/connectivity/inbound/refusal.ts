// The answer to a message that could not be handed on.

import { TwinError } from "../../base/errors.ts";
import { isNamespacedId } from "../../base/ids.ts";
import { getKey, type JsonObject } from "../../base/json/json.ts";
import type { Answer } from "../../conversation/answer.ts";
import { type About, printError } from "../../protocol/envelope.ts";
import { mappingFailed } from "../mapping/errors.ts";
import { idOfTopic, topicParts } from "../placeholders/protocol.ts";

export interface Refusal {
  readonly error: TwinError;
  readonly answer: Answer;
}

/** Makes the answer; `said` is the protocol message that is refused, as far as there is one. */
export function refusalOf(thrown: unknown, headers: JsonObject, said: JsonObject | undefined): Refusal {
  const error =
    thrown instanceof TwinError ? thrown : mappingFailed(undefined, "The server failed to map it.");
  const text = () => printError(error, headers, said && aboutOf(said));
  return { error, answer: { status: error.status, type: "error", isLive: false, isWanted: true, text } };
}

const kinds = { things: "thing", policies: "policy" } as const;

function aboutOf(said: JsonObject): About | undefined {
  const topic = getKey(said, "topic");
  const parts = typeof topic === "string" ? topicParts(topic) : undefined;
  if (!parts || (parts.group !== "things" && parts.group !== "policies")) return undefined;
  const id = idOfTopic(parts);
  if (!isNamespacedId(id)) return undefined;
  return { kind: kinds[parts.group], id, ...(parts.channel === "live" && { channel: "live" }) };
}
