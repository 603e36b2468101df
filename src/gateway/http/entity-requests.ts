// `/api/2/things/{id}/**` and `/api/2/policies/{id}/**`: translate, dispatch, answer; nothing is decided here.

import type { IncomingMessage } from "node:http";
import type { TwinError } from "../../base/errors.ts";
import { isNamespacedId } from "../../base/ids.ts";
import { parseFields } from "../../base/json/fields.ts";
import type { Path } from "../../base/json/pointer.ts";
import { twinPersisted } from "../../dispatch/acks/ack.ts";
import { type AwaitedAcks, awaitedOverHttp } from "../../dispatch/acks/awaited.ts";
import { outcomeOf, type Waiting } from "../../dispatch/acks/outcome.ts";
import type { Dispatch } from "../../dispatch/dispatcher.ts";
import type { EntityRules } from "../../dispatch/rules.ts";
import { toldHeaders } from "../../protocol/headers.ts";
import type { Reply } from "../../signals/reply.ts";
import type { Method } from "../../signals/resource.ts";
import type { AuthContext, Command, CommandAction, DittoHeaders } from "../../signals/signal.ts";
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
  /** Media types that a JSON body may have besides `application/json`. */
  readonly acceptedMediaTypes: readonly string[];
  /** How callers are kept waiting. */
  readonly waiting: Pick<Waiting, "deadlines" | "refusalMs">;
}

/** A request that is authenticated and whose headers are read. */
export interface HttpRequest {
  readonly incoming: IncomingMessage;
  readonly target: Target;
  readonly auth: AuthContext;
  readonly headers: DittoHeaders;
  /** Told of what should not have happened. */
  readonly onFault: (error: unknown, correlationId: string) => void;
  /** The resource path that it is about, once that is read. */
  path?: Path;
  /** What was dispatched for it, once that has happened; refusals before tell less. */
  dispatched?: Command;
  /** What its caller waits for, once that is known to make sense. */
  awaited?: AwaitedAcks;
}

const actions: Readonly<Record<Method, CommandAction>> = {
  GET: "retrieve",
  PUT: "modify",
  PATCH: "merge",
  DELETE: "delete",
};

/** Answers a request for an entity or a part of it. */
export async function entityRequest(
  routes: EntityRoutes,
  request: HttpRequest,
  dispatch: Dispatch,
): Promise<Response> {
  const { incoming, target, auth, headers } = request;
  const rest = target.path.slice(routes.base.length + 1);
  const slash = rest.indexOf("/");
  const rawId = slash < 0 ? rest : rest.slice(0, slash);
  const id = decodeSegment(rawId);
  if (id === undefined || !isNamespacedId(id)) throw routes.rules.idInvalid(id ?? rawId);
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
    ...(action === "modify" || action === "merge" ? await bodyOf(routes, request, id) : undefined),
    ...(fields && { fields: parseFields(fields) }),
  };
  return send(routes, command, dispatch, request, ({ status }) => {
    if (status === 200 && wantsDescription(command)) throw wotDefinitionInvalid(id);
  });
}

/** The value of a command by the body of its request, and in which format it is. */
async function bodyOf(
  routes: EntityRoutes,
  { incoming }: HttpRequest,
  id: string,
): Promise<Pick<Command, "value" | "patchFormat">> {
  const type = incoming.headers["content-type"];
  const format =
    incoming.method === "PATCH" ? patchFormatOf(type) : checkMediaType(type, routes.acceptedMediaTypes);
  const value = await readJson(incoming, routes.maxRequestBytes, tooLargeFor(routes, id));
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
  const { incoming, headers, onFault } = request;
  const correlationId = headers["correlation-id"] as string;
  const location = () => locationOf(routes, request, command.id, command.path);
  request.dispatched = command;
  request.awaited = awaitedOverHttp(command);
  const outcome = await outcomeOf(
    request.awaited,
    {
      correlationId,
      run: () => dispatch(command),
      ackOf: (reply) => twinPersisted(command, reply, toldHeaders(headers, "all"), location()),
    },
    { ...routes.waiting, onFault: (error) => onFault(error, correlationId) },
  );
  if (outcome === "accepted") return accepted();
  if ("acks" in outcome) return acksAnswer(incoming, outcome.acks, headers);
  judge(outcome.reply);
  return answer(incoming, command, outcome.reply, request.awaited.shown, location);
}

/** The absolute URL of a resource, as the client addressed this server or the proxy in front of it. */
function locationOf(routes: EntityRoutes, { incoming }: HttpRequest, id: string, path: Path): string {
  const { headers } = incoming;
  const url = `${schemeOf(headers)}://${addressOf(headers)}${routes.base}/${encodeSegment(id)}`;
  return path.length === 0 ? url : `${url}/${path.map(encodeSegment).join("/")}`;
}

/** The refusal of a body that is too large to be read, as that of the entity it is for. */
export const tooLargeFor =
  ({ rules }: EntityRoutes, id: string) =>
  (size: number): TwinError =>
    rules.tooLarge(id, size, rules.maxSize);
