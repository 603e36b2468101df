// What the HTTP door answers: Ditto's headers around a body that is printed already.

import type { TwinError } from "../../base/errors.ts";
import type { JsonValue } from "../../base/json/json.ts";
import type { Reply } from "../../signals/reply.ts";
import type { Command } from "../../signals/signal.ts";

const JSON_TYPE = "application/json";

/** The answer to a command; `location` is that of what it created. */
export function answer(command: Command, reply: Reply, location: string | undefined): Response {
  const headers: Record<string, string> = {};
  if (location !== undefined) headers.location = location;
  headers["correlation-id"] = command.headers["correlation-id"] as string;
  headers["ditto-originator"] = command.auth.subjects[0] as string;
  if (reply.revision !== undefined) headers["entity-revision"] = String(reply.revision);
  if (reply.status !== 304) headers["response-required"] = "false";
  if (reply.etag !== undefined) headers.etag = reply.etag;
  if (reply.value === undefined) return new Response(null, { status: reply.status, headers });
  headers["content-type"] = JSON_TYPE;
  return new Response(reply.text ?? JSON.stringify(reply.value), { status: reply.status, headers });
}

/** The answer of a list: no entity of its own stands behind it. */
export function listAnswer(
  text: string,
  correlationId: string,
  originator?: string,
  link?: string,
): Response {
  const headers: Record<string, string> = { "correlation-id": correlationId };
  if (originator !== undefined) headers["ditto-originator"] = originator;
  if (link !== undefined) headers.link = link;
  headers["response-required"] = "false";
  headers["content-type"] = JSON_TYPE;
  return new Response(text, { status: 200, headers });
}

/** A refusal as Ditto's error JSON; the correlation ID is told once the request got that far. */
export function errorAnswer(error: TwinError, told: Readonly<Record<string, string>> = {}): Response {
  const headers: Record<string, string> = { ...told };
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

/** Body of a request that nobody waits for. */
export const accepted = (): Response => new Response(null, { status: 202 });

export const jsonAnswer = (value: JsonValue, status = 200): Response =>
  new Response(JSON.stringify(value), { status, headers: { "content-type": JSON_TYPE } });
