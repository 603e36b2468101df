// Answers about predictors.

import type { JsonValue } from "../../../base/json/json.ts";
import type { Reply } from "../../../signals/reply.ts";
import { addHeaders, addText, answerHeaders } from "../answers.ts";
import { jsonResponse } from "../gzip.ts";
import { addressOf, encodeSegment, schemeOf } from "../uri.ts";
import type { Request } from "./asked.ts";
import { PREDICTORS } from "./predictor-path.ts";

/** The answer to a command; `id` is that of the predictor. */
export function replyAnswer(
  request: Request,
  { status, value, text, revision, etag, ...reply }: Reply,
  id: string,
): Response | Promise<Response> {
  const headers = toldOf(request);
  if (reply.headers) addHeaders(headers, reply.headers);
  if (status === 201) headers.location = locationOf(request, encodeSegment(id));
  if (status === 304) delete headers["response-required"];
  if (revision !== undefined) headers["entity-revision"] = String(revision);
  if (etag !== undefined) headers.etag = etag;
  if (value === undefined) return new Response(null, { status, headers });
  return jsonResponse(request.incoming, status, headers, text ?? JSON.stringify(value));
}

/** What is no predictor itself, but told of one or several. */
export const valueAnswer = (
  request: Request,
  value: JsonValue,
  status = 200,
  more: Readonly<Record<string, string>> = {},
): Response | Promise<Response> =>
  jsonResponse(request.incoming, status, { ...toldOf(request), ...more }, JSON.stringify(value));

/** That something was done, and nothing more is to be said. */
export const doneAnswer = (request: Request, more: Readonly<Record<string, string>> = {}): Response =>
  new Response(null, { status: 204, headers: { ...toldOf(request), ...more } });

/** The headers that every answer has: those of the request that are repeated, and on whose behalf it was done. */
export function toldOf({ headers, caller }: Pick<Request, "headers" | "caller">): Record<string, string> {
  const told = answerHeaders(headers);
  const [subject] = caller.auth.subjects;
  if (subject !== undefined) addText(told, "ditto-originator", subject);
  told["response-required"] = "false";
  return told;
}

/** The absolute URL of what is below the collection. */
export const locationOf = ({ incoming: { headers } }: Request, below: string): string =>
  `${schemeOf(headers)}://${addressOf(headers)}${PREDICTORS}/${below}`;
