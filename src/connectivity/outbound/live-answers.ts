// What an endpoint answers to a live signal by its HTTP response (connectivity-protocol-bindings-http page).

import { isObject, type JsonObject, type JsonValue } from "../../base/json/json.ts";
import { parseJson } from "../../base/json/parse.ts";
import { toldHeaders } from "../../protocol/headers.ts";
import { printMessagePath } from "../../protocol/message-path.ts";
import { printTopic } from "../../protocol/topic.ts";
import type { LiveCommand, Message } from "../../signals/live.ts";
import type { Published } from "../connectors/connector.ts";
import { payloadValue } from "./issued-acks.ts";
import type { Sent } from "./send.ts";

export type LiveQuestion = LiveCommand | Message;

const DITTO_PROTOCOL = /^application\/vnd\.eclipse\.ditto\+json\b/i;

/**
 * The protocol messages that endpoints answered with. An answer in the Ditto Protocol is one as it is; where the target issues
 * `live-response`, any other answers a message with its status and payload. Longer ones than so many bytes are no answers.
 */
export const livePublished = (
  sent: readonly Sent[],
  question: LiveQuestion,
  issuesLiveResponse: boolean,
  maxBytes: number,
): readonly string[] =>
  sent.flatMap((one) =>
    one.is === "published" ? (answerOf(one.published, question, issuesLiveResponse, maxBytes) ?? []) : [],
  );

function answerOf(
  { status, answer }: Published,
  question: LiveQuestion,
  issuesLiveResponse: boolean,
  maxBytes: number,
): string | undefined {
  if (!answer || (answer.payload?.length ?? 0) > maxBytes) return undefined;
  if (DITTO_PROTOCOL.test(answer.headers["content-type"] ?? "")) return protocolText(answer.payload?.text());
  if (!issuesLiveResponse || question.says !== "message") return undefined;
  return JSON.stringify(messageResponse(question, status, answer));
}

function protocolText(text: string | undefined): string | undefined {
  try {
    return text !== undefined && isObject(parseJson(text)) ? text : undefined;
  } catch {
    return undefined;
  }
}

function messageResponse(
  question: Message,
  status: number,
  { headers, payload }: NonNullable<Published["answer"]>,
): JsonObject {
  const contentType = headers["content-type"];
  const told: { [name: string]: JsonValue } = toldHeaders(question.headers, "all");
  if (contentType === undefined) delete told["content-type"];
  else told["content-type"] = contentType;
  const value = payload && payload.length > 0 ? payloadValue(payload, contentType) : undefined;
  return {
    topic: printTopic("thing", question.id, "messages", question.subject, "live"),
    headers: { ...told, "response-required": false },
    path: printMessagePath(question),
    ...(value !== undefined && { value }),
    status,
  };
}
