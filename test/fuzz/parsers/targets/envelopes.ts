// Messages of the Ditto Protocol, to the signals that they say: headers, topics, paths and values together. What a signal is
// printed as says the same again.

import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { isObject, type JsonValue } from "../../../../src/base/json/json.ts";
import { parseJson } from "../../../../src/base/json/parse.ts";
import { readMetadataKeys, readMetadataPuts } from "../../../../src/base/metadata-headers.ts";
import { acknowledgementsOf } from "../../../../src/protocol/acknowledgement.ts";
import { checkAnswerStatus } from "../../../../src/protocol/answer-status.ts";
import {
  commandOf,
  type Envelope,
  headersOf,
  pathOf,
  printError,
  printResponse,
  readEnvelope,
  thingIdsOf,
} from "../../../../src/protocol/envelope.ts";
import { knownHeaders, parseTextHeader } from "../../../../src/protocol/headers.ts";
import { liveOf } from "../../../../src/protocol/live.ts";
import { printLiveAnswer, printLiveSignal } from "../../../../src/protocol/print-live.ts";
import { readSearchCommand } from "../../../../src/protocol/search.ts";
import { readStreamingCommand } from "../../../../src/protocol/streaming.ts";
import { parseTopic, type Topic } from "../../../../src/protocol/topic.ts";
import type { LiveAnswer, LiveSignal } from "../../../../src/signals/live.ts";
import type { Command, DittoHeaders } from "../../../../src/signals/signal.ts";
import { messages } from "../../messages.ts";
import { type FuzzedParser, kindOf, outcomeOf, promised } from "../target.ts";

const auth = { subjects: ["s:1"] };
const MOST_HEADERS = 5_000;

export const envelopes: FuzzedParser = {
  name: "envelopes",
  shapes: fc.oneof(messages),
  words: [
    ...[
      "topic",
      "path",
      "headers",
      "value",
      "fields",
      "status",
      "revision",
      "timestamp",
      "metadata",
      "subscriptionId",
      "demand",
    ],
    ...[
      "org.a/b/things/twin/commands/modify",
      "org.a/b/things/live/messages/ask",
      "org.a/b/things/twin/acks/my-ack",
    ],
    ...[
      "org.a/b/policies/streaming/subscribeForPersistedEvents",
      "_/_/things/twin/search/subscribe",
      "/features/f/inbox/messages/ask",
    ],
    ...[
      "application/json",
      "application/json-patch+json",
      "text/plain",
      "application/octet-stream",
      "5s",
      "*",
      '"rev:1"',
    ],
    ...knownHeaders,
  ],
  isJson: true,
  maxLength: 200_000,
  enoughMs: (length) => 100 + length / 200,
  attempt(text) {
    const { value: message, refused } = outcomeOf(() => parseJson(text));
    if (message === undefined) return kindOf(refused as Error);
    const headersAsText = readTextHeaders(message);
    const { value: envelope, refused: why } = outcomeOf(() => readEnvelope(message));
    if (!envelope) return told(why as Error);
    const { value: headers, refused: bad } = outcomeOf(() => headersOf(envelope, MOST_HEADERS));
    if (!headers) {
      JSON.parse(printError(bad as NonNullable<typeof bad>, envelope.headers));
      return told(bad as Error);
    }
    useMetadata(headers);
    const { value: topic, refused: unknown } = outcomeOf(() => parseTopic(envelope.topic));
    if (!topic) return told(unknown as Error);
    return `${headersAsText} ${topic.says} ${say(envelope, topic, headers)}`;
  },
};

const told = (error: Error): string => `refused ${kindOf(error)}`;

/** Headers as HTTP brings them. */
function readTextHeaders(message: JsonValue): number {
  const headers = isObject(message) ? (message as { readonly headers?: JsonValue }).headers : undefined;
  if (!isObject(headers)) return 0;
  const refused = Object.entries(headers).filter(
    ([name, value]) =>
      typeof value === "string" && outcomeOf(() => parseTextHeader(name.toLowerCase(), value)).refused,
  );
  return Math.min(refused.length, 3);
}

function useMetadata(headers: DittoHeaders): void {
  const puts = headers["put-metadata"];
  const keys = headers["get-metadata"];
  if (puts !== undefined) outcomeOf(() => readMetadataPuts(puts));
  if (keys !== undefined) outcomeOf(() => readMetadataKeys("get-metadata", keys));
}

function say(envelope: Envelope, topic: Topic, headers: DittoHeaders): string {
  switch (topic.says) {
    case "command":
      return topic.id === undefined
        ? outcome(() => thingIdsOf(envelope, topic.namespace))
        : outcome(() => commandOf(envelope, { ...topic, id: topic.id as string }, headers, auth), saidAgain);
    case "live":
      return outcome(() => liveOf(envelope, topic, headers, auth), liveAgain);
    case "acknowledgement":
      return outcome(() => acknowledgementsOf(envelope, topic));
    case "search":
      return outcome(() => readSearchCommand(envelope, topic.action));
    case "streaming":
      return outcome(() => readStreamingCommand(envelope, topic));
    case "permissions":
      return "permissions";
  }
}

function outcome<T>(read: () => T, then: (said: T) => void = () => {}): string {
  const { value, refused } = outcomeOf(read);
  if (refused) return told(refused);
  then(value);
  return "said";
}

/** The answer to a command is of its topic and path, and is JSON whatever its headers are. */
function saidAgain(command: Command): void {
  const text = printResponse(command, { status: 204 });
  const answer = readEnvelope(parseJson(text));
  const topic = parseTopic(answer.topic);
  promised(
    topic.says === "command" && topic.id === command.id && topic.action === command.action,
    () => `It is answered with ${text}.`,
  );
  promised(
    isDeepStrictEqual(pathOf(answer.path, command.kind), command.path),
    () => `Its path is another in ${text}.`,
  );
}

function liveAgain(said: LiveSignal | LiveAnswer): void {
  const isAnswer =
    said.says === "live-response" || said.says === "message-response" || said.says === "live-error";
  if (said.says === "live-response") outcomeOf(() => checkAnswerStatus(said));
  const text = isAnswer ? printLiveAnswer(said) : printLiveSignal(said);
  const envelope = readEnvelope(parseJson(text));
  const topic = parseTopic(envelope.topic);
  promised(topic.says === "live" && topic.id === said.id, () => `It is told as ${text}.`);
  const again = liveOf(envelope, topic, headersOf(envelope, 2 * MOST_HEADERS), auth);
  promised(again.says === said.says, () => `It is a ${again.says} as ${text}.`);
  for (const name of [
    "path",
    "value",
    "subject",
    "direction",
    "featureId",
    "payload",
    "status",
    "revision",
  ] as const)
    promised(
      JSON.stringify(Object(again)[name]) === JSON.stringify(Object(said)[name]),
      () => `Its ${name} is another in ${text}.`,
    );
}
