// `/api/2/things/{id}/**` and `/api/2/policies/{id}/**`: translate, dispatch, answer; nothing is decided here.

import type { IncomingMessage } from "node:http";
import { isNamespacedId, namespaceOf } from "../../base/ids.ts";
import { parseFields } from "../../base/json/fields.ts";
import type { JsonValue } from "../../base/json/json.ts";
import type { Path } from "../../base/json/pointer.ts";
import type { NamespaceAccess } from "../../conversation/namespace-access.ts";
import { type Ack, twinPersisted } from "../../dispatch/acks/ack.ts";
import type { Waiter } from "../../dispatch/acks/ack-wait.ts";
import { type AwaitedAcks, awaitedOverHttp, awaitsOthers } from "../../dispatch/acks/awaited.ts";
import { withCorrelationId } from "../../dispatch/acks/conflict-free.ts";
import { acksOf, responseOf, type Waiting } from "../../dispatch/acks/outcome.ts";
import type { Dispatch } from "../../dispatch/dispatcher.ts";
import { isSmart } from "../../dispatch/live/smart.ts";
import type { EntityRules } from "../../dispatch/rules.ts";
import { toldHeaders } from "../../protocol/headers.ts";
import type { Message } from "../../signals/live.ts";
import type { Reply } from "../../signals/reply.ts";
import type { Method } from "../../signals/resource.ts";
import type { AuthContext, Command, CommandAction, DittoHeaders } from "../../signals/signal.ts";
import { whenGone } from "../gone.ts";
import { accepted, acksAnswer, answer, methodNotAllowed, notFoundAnswer } from "./answers.ts";
import { checkMediaType, patchFormatOf, readJson } from "./body.ts";
import { wotDefinitionInvalid } from "./errors.ts";
import { addressOf, decodeSegment, encodeSegment, readResourcePath, schemeOf, type Target } from "./uri.ts";

/** What the routes of one kind of entity need to know. */
export interface EntityRoutes {
  readonly rules: EntityRules;
  /** Path of the collection, `/api/2/things`. */
  readonly base: string;
  readonly maxRequestBytes: number;
  /** The longest policy that the body of a thing may bring along, which does not count as its size. */
  readonly maxInlinePolicy?: number;
  /** Media types that a JSON body may have besides `application/json`. */
  readonly acceptedMediaTypes: readonly string[];
  /** How callers are kept waiting. */
  readonly waiting: Waiting;
}

/** A request that is authenticated and whose headers are read. */
export interface HttpRequest {
  readonly incoming: IncomingMessage;
  readonly target: Target;
  readonly auth: AuthContext;
  /** As they came; of a message as it is told to its receivers. */
  headers: DittoHeaders;
  /** The namespaces that the caller may reach, where the operator has rules for that. */
  readonly reach?: NamespaceAccess | undefined;
  /** Told of what should not have happened. */
  readonly onFault: (error: unknown, correlationId: string) => void;
  /** The resource path that it is about, once that is read. */
  path?: Path;
  /** What was dispatched for it, until it only waits for acknowledgements; refusals before tell less. */
  dispatched?: Command | Message | undefined;
  /** What its caller waits for, once that is known to make sense. */
  awaited?: AwaitedAcks;
}

const actions: Readonly<Record<Method, CommandAction>> = {
  GET: "retrieve",
  PUT: "modify",
  PATCH: "merge",
  DELETE: "delete",
};

/** Answers a command that may be for a device. */
export type SendLive = (request: HttpRequest, command: Command) => Promise<Response>;

/** Answers a request for an entity or a part of it; `sendLive` is there where the entity may be one on the live channel. */
export async function entityRequest(
  routes: EntityRoutes,
  request: HttpRequest,
  dispatch: Dispatch,
  sendLive?: SendLive,
): Promise<Response> {
  const { incoming, target, auth, headers } = request;
  const rest = target.path.slice(routes.base.length + 1);
  const slash = rest.indexOf("/");
  const rawId = slash < 0 ? rest : rest.slice(0, slash);
  const id = decodeSegment(rawId);
  if (id === undefined || !isNamespacedId(id)) throw routes.rules.idInvalid(id ?? rawId);
  request.reach?.check(routes.rules.kind, namespaceOf(id));
  if (slash >= 0 && rest[slash + 1] === "/") return notFoundAnswer();
  const path = slash < 0 ? [] : readResourcePath(rest.slice(slash + 1));
  const resource = routes.rules.resource(path);
  if (!resource) return notFoundAnswer();
  const method = incoming.method as Method;
  if (!resource.methods.includes(method)) return methodNotAllowed(resource.methods);
  routes.rules.checkPath(path);

  request.path = path;
  const action = actions[method];
  const fields = action === "retrieve" && resource.selects ? target.query?.get("fields") : undefined;
  const command: Command = {
    kind: routes.rules.kind,
    id,
    action,
    path,
    headers,
    auth,
    ...(action === "modify" || action === "merge" ? await bodyOf(routes, request, id, path) : undefined),
    ...(fields && { fields: parseFields(fields) }),
  };
  if (sendLive && mayAskDevice(command)) return sendLive(request, command);
  return send(routes, command, dispatch, request, ({ status }) => {
    if (status === 200 && wantsDescription(command)) throw wotDefinitionInvalid(id);
  });
}

const mayAskDevice = (command: Command): boolean => command.headers.channel === "live" || isSmart(command);

/** The value of a command by the body of its request, and in which format it is. */
async function bodyOf(
  routes: EntityRoutes,
  request: HttpRequest,
  id: string,
  path: Path,
): Promise<Pick<Command, "value" | "patchFormat">> {
  const { incoming } = request;
  const type = incoming.headers["content-type"];
  const format =
    incoming.method === "PATCH" ? patchFormatOf(type) : checkMediaType(type, routes.acceptedMediaTypes);
  const value = await readEntityJson(routes, request, id, path);
  return format === "json-patch" ? { value, patchFormat: format } : { value };
}

/** Whether a thing or a feature is asked for as a WoT Thing Description. */
const wantsDescription = ({ kind, action, path, headers }: Command): boolean =>
  headers.accept === "application/td+json" &&
  kind === "thing" &&
  action === "retrieve" &&
  (path.length === 0 || (path.length === 2 && path[0] === "features"));

/** Dispatches a command, waits for what its caller awaits, and answers. `judge` may still refuse the reply. */
export async function send(
  routes: EntityRoutes,
  command: Command,
  dispatch: Dispatch,
  request: HttpRequest,
  judge: (reply: Reply) => void = () => undefined,
): Promise<Response> {
  request.dispatched = command;
  request.awaited = awaitedOverHttp(command);
  const run = (correlationId?: string) =>
    dispatch(correlationId === undefined ? command : withCorrelationId(command, correlationId));
  // Nothing is awaited here, as that would keep the command while acknowledgements are waited for.
  return awaitsOthers(request.awaited)
    ? acknowledged(routes, command, run, request, request.awaited)
    : responded(routes, command, run, request, request.awaited, judge);
}

async function responded(
  routes: EntityRoutes,
  command: Command,
  run: () => Promise<Reply>,
  request: HttpRequest,
  awaited: AwaitedAcks,
  judge: (reply: Reply) => void,
): Promise<Response> {
  const onFault = (error: unknown) => request.onFault(error, correlationIdOf(request));
  const reply = await responseOf(awaited, run, routes.waiting, onFault);
  if (reply === "accepted") return accepted();
  judge(reply);
  const location = () => locationOf(routes, request, command.id, command.path);
  return answer(request.incoming, command, reply, awaited.shown, location);
}

function acknowledged(
  routes: EntityRoutes,
  command: Command,
  run: (correlationId: string) => Promise<Reply>,
  request: HttpRequest,
  awaited: AwaitedAcks,
): Promise<Response> {
  const carried = toldHeaders(command.headers, "all");
  const location = locationOf(routes, request, command.id, command.path);
  const ackOf = (reply: Reply) => twinPersisted(command, reply, carried, location);
  const waiter = waiterOf(request, command.id, command.value === undefined ? 0 : routes.rules.maxSize);
  return acksToldTo(request, acksOf(awaited, run, ackOf, waiter, routes.waiting));
}

async function acksToldTo(
  { incoming, headers }: HttpRequest,
  awaited: Promise<readonly Ack[] | "accepted">,
): Promise<Response> {
  const acks = await awaited;
  return acks === "accepted" ? accepted() : acksAnswer(incoming, acks, headers);
}

/** The sender of a request, whose body is not longer than `maxSize` characters if its command was carried out. */
export function waiterOf(request: HttpRequest, id: string, maxSize: number): Waiter {
  const { incoming, auth, onFault } = request;
  const correlationId = correlationIdOf(request);
  return {
    id,
    subject: auth.subjects[0] as string,
    correlationId,
    characters: Math.min(bodyLength(incoming) ?? maxSize, maxSize),
    onGone: (callback) => whenGone(incoming.socket, callback),
    onCommitted() {
      request.dispatched = undefined;
    },
    onFault: (error) => onFault(error, correlationId),
  };
}

/** `undefined` where only its end tells how long it is. */
function bodyLength({ headers }: IncomingMessage): number | undefined {
  return headers["transfer-encoding"] === undefined ? Number(headers["content-length"] ?? 0) : undefined;
}

const correlationIdOf = ({ headers }: HttpRequest): string => headers["correlation-id"] as string;

/** The absolute URL of a resource, as the client addressed this server or the proxy in front of it. */
export function locationOf(routes: EntityRoutes, { incoming }: HttpRequest, id: string, path: Path): string {
  const { headers } = incoming;
  const url = `${schemeOf(headers)}://${addressOf(headers)}${routes.base}/${encodeSegment(id)}`;
  return path.length === 0 ? url : `${url}/${path.map(encodeSegment).join("/")}`;
}

/**
 * Reads the JSON that is to be at a path of an entity, or what is said of it. What is longer than a whole entity may be is refused as
 * that, whatever is there and whoever asks: as in Ditto, whose commands look at their size when they are made.
 */
export function readEntityJson(
  { rules, maxRequestBytes, maxInlinePolicy }: EntityRoutes,
  { incoming, auth }: HttpRequest,
  id: string,
  path?: Path,
): Promise<JsonValue> {
  const tooLarge = (size: number) => rules.tooLarge(id, size, rules.maxSize);
  const mayHavePolicy = path?.length === 0 && maxInlinePolicy !== undefined;
  const beside = mayHavePolicy ? { key: "_policy", most: maxInlinePolicy } : undefined;
  return readJson(incoming, maxRequestBytes, tooLarge, {
    most: rules.maxSize,
    beside,
    whose: auth.subjects[0],
  });
}
