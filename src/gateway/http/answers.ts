// What the HTTP door answers: Ditto's headers around a body that is printed already.

import type { IncomingMessage } from "node:http";
import type { TwinError } from "../../base/errors.ts";
import type { JsonValue } from "../../base/json/json.ts";
import type { Ack } from "../../dispatch/acks/ack.ts";
import { httpForm } from "../../dispatch/acks/forms.ts";
import { toldHeaders } from "../../protocol/headers.ts";
import type { Reply } from "../../signals/reply.ts";
import type { AuthContext, Command, DittoHeaders } from "../../signals/signal.ts";
import { isBodiless, statusOfAck } from "./device-status.ts";
import { jsonResponse } from "./gzip.ts";

const JSON_TYPE = "application/json";

/** The answer to a command; `acks` are the labels it tells as requested, `location` that of what it created. */
export function answer(
  incoming: IncomingMessage,
  command: Pick<Command, "headers" | "auth">,
  reply: Reply,
  acks: readonly string[] | undefined,
  location: () => string,
): Response | Promise<Response> {
  const headers = answerHeaders(command.headers);
  if (reply.status === 201) headers.location = location();
  if (acks) headers["requested-acks"] = JSON.stringify(acks);
  addText(headers, "ditto-originator", command.auth.subjects[0] as string);
  if (reply.revision !== undefined) headers["entity-revision"] = String(reply.revision);
  if (reply.status !== 304) headers["response-required"] = "false";
  if (reply.etag !== undefined) headers.etag = reply.etag;
  if (reply.headers) addHeaders(headers, reply.headers);
  if (reply.value === undefined) return new Response(null, { status: reply.status, headers });
  return jsonResponse(incoming, reply.status, headers, reply.text ?? JSON.stringify(reply.value));
}

/** The answer to a command for which acknowledgements were requested. */
export function acksAnswer(
  incoming: IncomingMessage,
  acks: readonly Ack[],
  asked: DittoHeaders,
): Response | Promise<Response> {
  const { status: combined, headers, body } = httpForm(acks, answerHeaders(asked));
  const status = statusOfAck(combined); // of a single one, which is chosen by who acknowledged
  if (body === undefined || isBodiless(status)) return new Response(null, { status, headers });
  return jsonResponse(incoming, status, { ...headers }, JSON.stringify(body));
}

/** The answer of a list: no entity of its own stands behind it. */
export function listAnswer(
  incoming: IncomingMessage,
  text: string,
  asked: DittoHeaders,
  auth?: AuthContext,
  link?: string,
): Response | Promise<Response> {
  const headers = answerHeaders(asked);
  if (auth !== undefined) addText(headers, "ditto-originator", auth.subjects[0] as string);
  if (link !== undefined) headers.link = link;
  headers["response-required"] = "false";
  return jsonResponse(incoming, 200, headers, text);
}

/** The headers of a request that its answer repeats, without the one of a name, if one is given. */
export function answerHeaders(asked: DittoHeaders, without?: string): Record<string, string> {
  const headers: Record<string, string> = {};
  addHeaders(headers, toldHeaders(asked, "known"), without);
  return headers;
}

/** Adds headers as text. */
export function addHeaders(headers: Record<string, string>, added: DittoHeaders, without?: string): void {
  for (const name of Object.keys(added)) {
    if (name === without) continue;
    const value = added[name];
    addText(headers, name, typeof value === "string" ? value : asciiJson(value as JsonValue));
  }
}

/** Adds a header, unless it is not ASCII, of which Node makes one encoding or another. */
export function addText(headers: Record<string, string>, name: string, text: string): void {
  if (/^[\t -~]*$/.test(text)) headers[name] = text;
}

const asciiJson = (value: JsonValue): string =>
  JSON.stringify(value).replace(
    /[\x7f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** A refusal as Ditto's error JSON, with what is told of the request. */
export function errorAnswer(error: TwinError, told: Readonly<Record<string, string>> = {}): Response {
  const headers: Record<string, string> = {};
  addHeaders(headers, told);
  if (error.etag !== undefined) headers.etag = error.etag;
  headers["content-type"] = JSON_TYPE;
  return new Response(JSON.stringify(error), { status: error.status, headers });
}

/** What is no resource at all, or not of this method, is answered in plain text, as Ditto does. */
export function textAnswer(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(text, { status, headers: { ...headers, "content-type": "text/plain; charset=UTF-8" } });
}

export const notFoundAnswer = (): Response => textAnswer(404, "The requested resource could not be found.");

export const methodNotAllowed = (allow: readonly string[]): Response =>
  textAnswer(405, `HTTP method not allowed, supported methods: ${allow.join(", ")}`, {
    allow: allow.join(", "),
  });

/** The answer to a request that nobody waits for. */
export const accepted = (): Response =>
  new Response(null, { status: 202, headers: { "content-length": "0" } });

export const jsonAnswer = (value: JsonValue | object, status = 200): Response =>
  new Response(JSON.stringify(value), { status, headers: { "content-type": JSON_TYPE } });
