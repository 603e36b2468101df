// Answers about connections: nobody is told on whose behalf, since only operators ask.

import type { JsonValue } from "../../../base/json/json.ts";
import type { Reply } from "../../../signals/reply.ts";
import { addHeaders, answerHeaders } from "../answers.ts";
import { jsonResponse } from "../gzip.ts";
import { addressOf, schemeOf } from "../uri.ts";
import type { Asked } from "./asked.ts";
import { CONNECTIONS } from "./connection-path.ts";

/** The answer to a command; `id` is that of the connection. */
export function replyAnswer(
  asked: Asked,
  { status, value, ...reply }: Reply,
  id: string,
): Response | Promise<Response> {
  const headers = answerHeaders(asked.headers);
  if (reply.headers) addHeaders(headers, reply.headers);
  if (status === 201) headers.location = locationOf(asked, id);
  if (reply.revision !== undefined) headers["entity-revision"] = String(reply.revision);
  if (status !== 304) headers["response-required"] = "false";
  if (reply.etag !== undefined) headers.etag = reply.etag;
  if (value === undefined) return new Response(null, { status, headers });
  return jsonResponse(asked.incoming, status, headers, JSON.stringify(value));
}

/** What is no connection itself, but told of one. */
export const valueAnswer = (asked: Asked, value: JsonValue): Response | Promise<Response> =>
  jsonResponse(asked.incoming, 200, told(asked), JSON.stringify(value));

/** That something was done, and nothing came of it. */
export const doneAnswer = (asked: Asked, revision?: number): Response => {
  const headers = told(asked);
  if (revision !== undefined) headers["entity-revision"] = String(revision);
  return new Response(null, { status: 200, headers });
};

const told = ({ headers }: Asked): Record<string, string> => ({
  ...answerHeaders(headers),
  "response-required": "false",
});

const locationOf = ({ incoming: { headers } }: Asked, id: string): string =>
  `${schemeOf(headers)}://${addressOf(headers)}${CONNECTIONS}/${id}`;
