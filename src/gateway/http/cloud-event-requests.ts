// `POST /api/2/cloudevents`: a message of the Ditto Protocol as the data of a CloudEvent (httpapi-protocol-bindings-cloudevents
// page). It is carried out like any other.

import { namespaceOf } from "../../base/ids.ts";
import type { Path } from "../../base/json/pointer.ts";
import { isKnownCommand } from "../../conversation/known-commands.ts";
import type { AwaitedAcks } from "../../dispatch/acks/awaited.ts";
import { awaitedLiveOverHttp, claimTimeouts, liveCommandTimeouts } from "../../dispatch/acks/awaited-live.ts";
import { TWIN_PERSISTED } from "../../dispatch/acks/labels.ts";
import type { Dispatch } from "../../dispatch/dispatcher.ts";
import { messageTooLarge } from "../../dispatch/live/errors.ts";
import type { Live, LiveOutcome } from "../../dispatch/live/live.ts";
import { checkAnswerStatus } from "../../protocol/answer-status.ts";
import { commandOf, type Envelope, headersOf, readEnvelope } from "../../protocol/envelope.ts";
import { unknownPath, unknownTopicPath, unsupportedSignal } from "../../protocol/errors.ts";
import { liveOf } from "../../protocol/live.ts";
import { type CommandTopic, type LiveTopic, liveCommandTopic, parseTopic } from "../../protocol/topic.ts";
import type { LiveAnswer, LiveSignal } from "../../signals/live.ts";
import type { CommandAction, DittoHeaders, EntityKind } from "../../signals/signal.ts";
import { accepted, methodNotAllowed } from "./answers.ts";
import { readBytes } from "./body.ts";
import { dataOfCloudEvent } from "./cloud-event.ts";
import { type EntityRoutes, type HttpRequest, send, waiterOf } from "./entity-requests.ts";
import { outcomeAnswer } from "./live-answers.ts";
import { messageTimeoutMs } from "./message-timeouts.ts";

/** What the messages of CloudEvents are carried out with. */
export interface CloudEventParts {
  readonly things: EntityRoutes;
  readonly policies: EntityRoutes;
  readonly dispatch: Dispatch;
  readonly live: Live;
  /** How many characters the headers of a message may have, names and values together. */
  readonly maxHeaderBytes: number;
}

export const CLOUD_EVENTS = "/api/2/cloudevents";

/** Takes a CloudEvent: 202 once its message is carried out. */
export async function cloudEventRequest(parts: CloudEventParts, request: HttpRequest): Promise<Response> {
  const { incoming } = request;
  if (incoming.method !== "POST") return methodNotAllowed(["POST"]);
  const max = parts.things.maxRequestBytes;
  const body = await readBytes(incoming, max, (size) => messageTooLarge(size, max));
  return told(carryOut(parts, request, readEnvelope(dataOfCloudEvent(incoming.headers, body))));
}

/** Who sends an event is told of nothing but a refusal. */
async function told(outcome: Promise<Response>): Promise<Response> {
  const response = await outcome;
  return response.ok ? accepted() : response;
}

/** Awaits nothing itself, as that would keep the message while acknowledgements are waited for. */
function carryOut(parts: CloudEventParts, request: HttpRequest, envelope: Envelope): Promise<Response> {
  const topic = parseTopic(envelope.topic);
  const headers = { ...headersOf(envelope, parts.maxHeaderBytes), ...request.headers };
  if (topic.says === "live") return say(parts, request, envelope, topic, headers);
  if (topic.says !== "command" || topic.id === undefined) throw unsupportedSignal(envelope.topic);
  if (topic.kind === "thing" && headers.channel === "live")
    return say(parts, request, envelope, liveCommandTopic(topic, envelope.topic), headers);
  return command(parts, request, envelope, { ...topic, id: topic.id }, headers);
}

/** What commands on things say whatever they said: their sender waits, but only for a refusal. */
const unanswered: DittoHeaders = { "response-required": false, "requested-acks": [TWIN_PERSISTED] };

function command(
  parts: CloudEventParts,
  request: HttpRequest,
  envelope: Envelope,
  topic: CommandTopic & { readonly id: string },
  headers: DittoHeaders,
): Promise<Response> {
  const { kind, id, action } = topic;
  const routes = kind === "thing" ? parts.things : parts.policies;
  const all = kind === "thing" ? { ...headers, ...unanswered } : headers;
  const said = commandOf(envelope, topic, all, request.auth);
  checkResource(routes, said.path, action, envelope);
  enter(request, kind, id, all);
  return send(routes, said, parts.dispatch, request);
}

function say(
  { things, live }: CloudEventParts,
  request: HttpRequest,
  envelope: Envelope,
  topic: LiveTopic,
  headers: DittoHeaders,
): Promise<Response> {
  const all = topic.criterion === "commands" ? { ...headers, ...unanswered } : headers;
  const said = liveOf(envelope, topic, all, request.auth);
  if ("path" in said) checkResource(things, said.path, undefined, envelope);
  if (said.says === "live-command") checkResource(things, said.path, said.action, envelope);
  enter(request, "thing", said.id, said.headers);
  if (isSignal(said)) return sendLive(things, live, request, said);
  if (said.says === "live-response") checkAnswerStatus(said);
  live.answer(said);
  return Promise.resolve(accepted());
}

const isSignal = (said: LiveSignal | LiveAnswer): said is LiveSignal =>
  said.says === "live-command" || said.says === "message" || said.says === "live-event";

function sendLive(
  things: EntityRoutes,
  live: Live,
  request: HttpRequest,
  said: LiveSignal,
): Promise<Response> {
  if (said.says !== "live-event") request.dispatched = said;
  const awaited = awaitedOf(said);
  request.awaited = awaited;
  const waiter = waiterOf(request, said.id, things.maxRequestBytes);
  return answered(request, live.send(said, awaited, waiter, undefined));
}

/** Nothing is awaited of events; of commands no more than that they are not refused. */
function awaitedOf(said: LiveSignal): AwaitedAcks {
  const headers = said.says === "live-event" ? { ...said.headers, ...unanswered } : said.headers;
  if (said.says !== "message") return awaitedLiveOverHttp({ headers }, liveCommandTimeouts);
  return { ...awaitedLiveOverHttp(said, claimTimeouts), timeoutMs: messageTimeoutMs(said) };
}

async function answered(request: HttpRequest, outcome: Promise<LiveOutcome>): Promise<Response> {
  return outcomeAnswer(request, await outcome);
}

/** Settles about what and with which headers the request is, so that refusals can tell. */
function enter(request: HttpRequest, kind: EntityKind, id: string, headers: DittoHeaders): void {
  request.reach?.check(kind, namespaceOf(id));
  const { "content-type": _, ...told } = headers; // answers have their own
  request.headers = told;
}

/** Refuses what is no resource, or not one for such an action. */
function checkResource(
  { rules }: EntityRoutes,
  path: Path,
  action: CommandAction | undefined,
  envelope: Envelope,
): void {
  const resource = rules.resource(path);
  if (!resource) throw unknownPath(envelope.path);
  if (action !== undefined && !isKnownCommand(resource, { action, path }))
    throw unknownTopicPath(envelope.topic);
  rules.checkPath(path);
}
