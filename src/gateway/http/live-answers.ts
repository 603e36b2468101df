// What devices answer, as answers of the HTTP door: the responder chooses status, content type and body.

import type { IncomingMessage } from "node:http";
import type { LiveOutcome } from "../../dispatch/live/live.ts";
import { bodyOfPayload } from "../../protocol/payload.ts";
import type { LiveAnswer, LiveResponse, MessageResponse } from "../../signals/live.ts";
import type { DittoHeaders } from "../../signals/signal.ts";
import { accepted, acksAnswer, addText, answer, answerHeaders } from "./answers.ts";
import { isBodiless, statusOfAnswer } from "./device-status.ts";
import type { HttpRequest } from "./entity-requests.ts";
import { jsonResponse } from "./gzip.ts";
import { isInert, OCTET_STREAM, validContentType } from "./media-type.ts";

/** How an answer of a device is put. */
export interface Putting {
  /** The URL of what it says it created. */
  readonly location?: (answer: LiveResponse) => string;
  /** Headers besides its own. */
  readonly more?: Readonly<Record<string, string>>;
}

/** The answer to a request that said something on the live channel. */
export function outcomeAnswer(
  { incoming, headers, auth, awaited }: HttpRequest,
  outcome: LiveOutcome,
  putting: Putting = {},
): Response | Promise<Response> {
  switch (outcome.is) {
    case "accepted":
      return accepted();
    case "acks":
      return acksAnswer(incoming, outcome.acks, headers);
    case "answer":
      return deviceAnswer(incoming, headers, outcome.answer, putting);
    case "twin": // which has created nothing
      return answer(incoming, { headers, auth }, outcome.reply, awaited?.shown, () => "");
  }
}

function deviceAnswer(
  incoming: IncomingMessage,
  asked: DittoHeaders,
  come: LiveAnswer,
  { location, more }: Putting,
): Response | Promise<Response> {
  const status = statusOfAnswer(come.status);
  const headers = deviceHeaders(asked, come);
  if (more) Object.assign(headers, more);
  if (location && status === 201 && come.says === "live-response") headers.location = location(come);
  const body = isBodiless(status) ? undefined : bodyOf(come);
  if (body === undefined) return new Response(null, { status, headers });
  if (typeof body === "string") return jsonResponse(incoming, status, headers, body);
  if (!isInert(body.type)) Object.assign(headers, unprivileged);
  headers["content-type"] = body.type;
  return new Response(body.said, { status, headers });
}

/** What a browser would run, it runs as of no origin: a device must not act with the rights of who reads its answer. */
const unprivileged = { "content-security-policy": "sandbox", "x-content-type-options": "nosniff" };

/** The text of what is JSON whatever the answer says, or what a message says with its content type. */
function bodyOf(
  answer: LiveAnswer,
): string | { said: string | Uint8Array<ArrayBuffer>; type: string } | undefined {
  switch (answer.says) {
    case "live-error":
      return JSON.stringify(answer.error);
    case "live-response":
      return answer.value === undefined ? undefined : JSON.stringify(answer.value);
    case "message-response":
      return payloadOf(answer);
  }
}

function payloadOf({ payload, headers }: MessageResponse) {
  if (payload === undefined) return undefined;
  const type = validContentType(headers["content-type"]) ?? OCTET_STREAM;
  return { said: bodyOfPayload(payload) as string | Uint8Array<ArrayBuffer>, type };
}

/** What an answer says of itself is the responder's, but the ID, by which the asker knows it. */
function deviceHeaders(asked: DittoHeaders, { headers: own, auth }: LiveAnswer): Record<string, string> {
  const headers = answerHeaders(own, "content-type");
  addText(headers, "correlation-id", asked["correlation-id"] as string);
  headers.channel = "live";
  headers["response-required"] = "false";
  addText(headers, "ditto-originator", auth.subjects[0] as string);
  return headers;
}
