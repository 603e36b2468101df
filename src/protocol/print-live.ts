// How live signals and their answers are told.

import type { JsonObject, JsonValue } from "../base/json/json.ts";
import { printPath } from "../base/json/pointer.ts";
import { printFields } from "../base/json/print-fields.ts";
import type {
  LiveAnswer,
  LiveCommand,
  LiveError,
  LiveEvent,
  LiveResponse,
  LiveSignal,
  Message,
  MessageResponse,
} from "../signals/live.ts";
import { contentTypeOf, print } from "./envelope.ts";
import { toldHeaders } from "./headers.ts";
import { printMessagePath } from "./message-path.ts";
import { valueOfPayload } from "./payload.ts";
import { durationMs } from "./timeout.ts";
import { printTopic } from "./topic.ts";

/** What a subscriber is told of a signal besides what it says. */
export interface Shown {
  /** The part of its value that may be seen, in place of its own; a message is told as it is. */
  readonly value?: JsonValue | undefined;
  readonly extra?: JsonObject | undefined;
  /** Labels that the subscriber is asked to acknowledge with; those of Ditto are not among them. */
  readonly requestedAcks?: readonly string[] | undefined;
}

type Headers = { [name: string]: JsonValue };

/** Prints a signal as a subscriber is told it. */
export function printLiveSignal(signal: LiveSignal, shown: Shown = {}): string {
  switch (signal.says) {
    case "live-command":
      return printCommand(signal, shown);
    case "live-event":
      return printLiveEvent(signal, shown);
    case "message":
      return printMessage(signal, shown);
  }
}

/** Prints an answer as who waits for it is told. */
export function printLiveAnswer(answer: LiveAnswer): string {
  switch (answer.says) {
    case "live-response":
      return printResponse(answer);
    case "message-response":
      return printMessageResponse(answer);
    case "live-error":
      return printLiveError(answer);
  }
}

function printCommand(command: LiveCommand, shown: Shown): string {
  const { id, action, path, fields } = command;
  const headers = headersOf(command);
  addRequests(headers, command, shown);
  headers["content-type"] = contentTypeOf(action);
  const value = shown.value ?? command.value;
  return print(liveTopic(id, "commands", action), headers, printPath(path), {
    value: textOf(value),
    extra: shown.extra,
    end: fields && `"fields":${JSON.stringify(printFields(fields))}`,
  });
}

function printLiveEvent(event: LiveEvent, shown: Shown): string {
  const { id, action, path, revision, timestamp } = event;
  const headers = headersOf(event);
  headers["response-required"] = false;
  const { requestedAcks } = shown;
  if (requestedAcks || event.headers["requested-acks"]) headers["requested-acks"] = requestedAcks ?? [];
  const value = textOf(shown.value ?? event.value);
  if (value !== undefined) headers["content-type"] = contentTypeOf(action);
  const end = [
    ...(revision === undefined ? [] : [`"revision":${revision}`]),
    ...(timestamp === undefined ? [] : [`"timestamp":${JSON.stringify(timestamp)}`]),
  ];
  return print(liveTopic(id, "events", action), headers, printPath(path), {
    value,
    extra: shown.extra,
    end: end.join(",") || undefined,
  });
}

function printMessage(message: Message, shown: Shown): string {
  const headers = headersOf(message);
  addRequests(headers, message, shown);
  addAbout(headers, message);
  return printOf(message, headers, shown);
}

function printResponse(response: LiveResponse): string {
  const { id, action, path, value, status } = response;
  const headers = answerHeaders(response);
  headers["content-type"] = contentTypeOf(action);
  return print(liveTopic(id, "commands", action), headers, printPath(path), {
    value: textOf(value),
    end: `"status":${status}`,
  });
}

function printMessageResponse(response: MessageResponse): string {
  return printOf(response, answerHeaders(response), { status: response.status });
}

function printLiveError(answer: LiveError): string {
  const { id, error, status } = answer;
  const headers = answerHeaders(answer);
  headers["content-type"] = "application/json";
  return print(liveTopic(id, "errors"), headers, "/", {
    value: JSON.stringify(error),
    end: `"status":${status}`,
  });
}

const liveTopic = (id: string, criterion: string, action?: string) =>
  printTopic("thing", id, criterion, action, "live");

const textOf = (value: JsonValue | undefined): string | undefined =>
  value === undefined ? undefined : JSON.stringify(value);

/** Printed as one value: unlike events, whose values are printed for several, nothing of a message is text before. */
function printOf(
  message: Message | MessageResponse,
  headers: JsonObject,
  beside: { readonly extra?: JsonObject | undefined; readonly status?: number },
): string {
  return JSON.stringify({
    topic: liveTopic(message.id, "messages", message.subject),
    headers,
    path: printMessagePath(message),
    value: message.payload && valueOfPayload(message.payload),
    extra: beside.extra,
    status: beside.status,
  });
}

function headersOf({ headers, auth }: LiveSignal | LiveAnswer): Headers {
  const told = toldHeaders(headers, "all");
  told.channel = "live";
  told["ditto-originator"] = auth.subjects[0] as string;
  return told;
}

/** The headers that are told of an answer, but for the content type that its form brings. */
export function answerHeaders(answer: LiveAnswer): Headers {
  const headers = headersOf(answer);
  headers["response-required"] = false;
  if (answer.says !== "message-response") return headers;
  addAbout(headers, answer);
  headers.status = String(answer.status); // a text, as Ditto has it
  return headers;
}

/** Adds what is told of who waits: for the answer, and for acknowledgements; the label of the answer is not told as requested. */
function addRequests(told: Headers, { headers }: LiveCommand | Message, { requestedAcks = [] }: Shown): void {
  const required = isResponseRequired(headers);
  const requested = headers["requested-acks"] as readonly string[] | undefined;
  told["response-required"] = required;
  const awaitsAnswer = required && requested?.length !== 0;
  if (requestedAcks.length > 0 || !awaitsAnswer) told["requested-acks"] = requestedAcks;
}

/** Who does not say so wants an answer, unless there is no time for one. */
function isResponseRequired({ "response-required": required, timeout }: LiveCommand["headers"]): boolean {
  return required === undefined ? timeout === undefined || durationMs(timeout) > 0 : required === true;
}

/** Adds what a message says it is about. */
function addAbout(told: Headers, { id, subject, direction, featureId }: Message | MessageResponse): void {
  told["ditto-message-direction"] = direction === "to" ? "TO" : "FROM";
  told["ditto-message-subject"] = subject;
  told["ditto-message-thing-id"] = id;
  if (featureId !== undefined) told["ditto-message-feature-id"] = featureId;
}
