// `POST …/{inbox|outbox}/messages/{subject}` of a thing or feature, and claim messages (httpapi-messages page).

import { isNamespacedId, namespaceOf } from "../../base/ids.ts";
import { awaitedLiveOverHttp, claimTimeouts } from "../../dispatch/acks/awaited-live.ts";
import { messageTooLarge } from "../../dispatch/live/errors.ts";
import type { Live, LiveOutcome } from "../../dispatch/live/live.ts";
import { payloadOfBytes } from "../../protocol/payload.ts";
import type { Message } from "../../signals/live.ts";
import type { DittoHeaders } from "../../signals/signal.ts";
import { methodNotAllowed, notFoundAnswer } from "./answers.ts";
import { readBytes } from "./body.ts";
import { type EntityRoutes, type HttpRequest, waiterOf } from "./entity-requests.ts";
import { outcomeAnswer } from "./live-answers.ts";
import { contentTypeIn } from "./media-type.ts";
import { messageSubjectInvalid } from "./message-errors.ts";
import { type BoxPath, isClaimPath, subjectOf } from "./message-path.ts";
import { messageTimeoutMs, timeoutHeader } from "./message-timeouts.ts";
import { decodeSegment } from "./uri.ts";

/** What messages over HTTP are sent with. */
export interface MessageParts {
  /** The routes of things. */
  readonly things: EntityRoutes;
  readonly live: Live;
  /** The longest payload of a message. */
  readonly maxMessageBytes: number;
}

/** Sends a message and answers with what is answered to it, or with the acknowledgements that were asked for. */
export async function messageRequest(
  parts: MessageParts,
  request: HttpRequest,
  box: BoxPath,
): Promise<Response> {
  const { rules } = parts.things;
  const id = decodeSegment(box.rawId);
  if (id === undefined || !isNamespacedId(id)) throw rules.idInvalid(id ?? box.rawId);
  request.reach?.check("thing", namespaceOf(id));
  if (request.incoming.method !== "POST") return methodNotAllowed(["POST"]);
  const subject = isClaimPath(box) ? "claim" : subjectOf(box);
  if (subject === undefined) return notFoundAnswer();
  const featureId = featureIdOf(parts, box);
  const about = { id, ...(featureId !== undefined && { featureId }), direction: box.direction, subject };
  const said = { says: "message", ...about, headers: request.headers, auth: request.auth } as const;
  const timeoutMs = messageTimeoutMs(said);
  if (subject === "") throw messageSubjectInvalid();
  const told = headersOf(request, timeoutMs);
  const contentType = contentTypeIn(request.incoming.headers["content-type"]);
  const payload = payloadOfBytes(await readBody(parts, request), contentType);
  request.headers = told; // answers have a content type of their own
  const headers = { ...told, "content-type": contentType };
  return send(parts, request, payload ? { ...said, headers, payload } : { ...said, headers }, timeoutMs);
}

function featureIdOf({ things }: MessageParts, { rawFeatureId }: BoxPath): string | undefined {
  if (rawFeatureId === undefined) return undefined;
  const featureId = decodeSegment(rawFeatureId) ?? rawFeatureId;
  things.rules.checkPath(["features", featureId]);
  return featureId;
}

/**
 * The headers of a message as its receivers see them, but for the content type of its payload; they are told how long an
 * answer is waited for.
 */
const headersOf = ({ headers }: HttpRequest, timeoutMs: number): DittoHeaders => ({
  ...headers,
  channel: "live",
  timeout: timeoutHeader(timeoutMs),
  timestamp: new Date().toISOString(),
});

const readBody = ({ maxMessageBytes }: MessageParts, { incoming }: HttpRequest): Promise<Buffer> =>
  readBytes(incoming, maxMessageBytes, (size) => messageTooLarge(size, maxMessageBytes));

/** Awaits nothing itself, as that would keep the message while an answer is waited for. */
function send(
  { things, live }: MessageParts,
  request: HttpRequest,
  said: Message,
  timeoutMs: number,
): Promise<Response> {
  request.dispatched = said;
  const awaited = { ...awaitedLiveOverHttp(said, claimTimeouts), timeoutMs };
  request.awaited = awaited;
  const waiter = waiterOf(request, said.id, things.maxRequestBytes);
  return answered(request, live.send(said, awaited, waiter, undefined));
}

async function answered(request: HttpRequest, outcome: Promise<LiveOutcome>): Promise<Response> {
  return outcomeAnswer(request, await outcome);
}
