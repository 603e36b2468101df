// `/api/2/things/{id}/**` and `/api/2/policies/{id}/**`: translate, dispatch, answer; nothing is decided here.

import type { IncomingMessage } from "node:http";
import { TwinError } from "../../base/errors.ts";
import { isNamespacedId } from "../../base/ids.ts";
import { parseFields } from "../../base/json/fields.ts";
import type { JsonValue } from "../../base/json/json.ts";
import type { Path } from "../../base/json/pointer.ts";
import type { Dispatch } from "../../dispatch/dispatcher.ts";
import type { EntityRules } from "../../dispatch/rules.ts";
import type { Method } from "../../signals/resource.ts";
import type { AuthContext, Command, CommandAction, DittoHeaders } from "../../signals/signal.ts";
import { accepted, answer, methodNotAllowed, notFoundAnswer } from "./answers.ts";
import { checkMediaType, readJson } from "./body.ts";
import { wantsResponse } from "./request-headers.ts";
import { decodeSegment, encodeSegment, readResourcePath, type Target } from "./uri.ts";

/** What the routes of one kind of entity need to know. */
export interface EntityRoutes {
  readonly rules: EntityRules;
  /** Path of the collection, `/api/2/things`. */
  readonly base: string;
  readonly maxRequestBytes: number;
}

/** A request that is authenticated and whose headers are read. */
export interface HttpRequest {
  readonly incoming: IncomingMessage;
  readonly target: Target;
  readonly auth: AuthContext;
  readonly headers: DittoHeaders;
  /** Told of what should not have happened. */
  readonly onFault: (error: unknown, correlationId: string) => void;
  /** What was dispatched for it, once that has happened; refusals before tell less. */
  dispatched?: Command;
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

  const action = actions[method];
  const fields = action === "retrieve" ? target.query?.get("fields") : undefined;
  const value = action === "modify" || action === "merge" ? await bodyOf(routes, request, id) : undefined;
  const command: Command = {
    kind: routes.rules.kind,
    id,
    action,
    path,
    headers,
    auth,
    ...(value !== undefined && { value }),
    ...(fields && { fields: parseFields(fields) }),
  };
  return send(command, dispatch, request, () => locationOf(routes, request, id, path));
}

function bodyOf(routes: EntityRoutes, { incoming }: HttpRequest, id: string): Promise<JsonValue> {
  checkMediaType(incoming.method as string, incoming.headers["content-type"]);
  return readJson(incoming, routes.maxRequestBytes, tooLargeFor(routes, id));
}

/** Dispatches a command and answers it, at once with 202 when nobody waits for the outcome. */
export async function send(
  command: Command,
  dispatch: Dispatch,
  request: HttpRequest,
  location: () => string,
): Promise<Response> {
  request.dispatched = command;
  if (command.action !== "retrieve" && !wantsResponse(request.headers)) {
    // Nobody waits for the outcome, so nobody is told of a refusal; a fault is the operator's business all the same.
    dispatch(command).catch((error: unknown) => {
      if (!(error instanceof TwinError)) request.onFault(error, request.headers["correlation-id"] as string);
    });
    return accepted();
  }
  const reply = await dispatch(command);
  return answer(command, reply, reply.status === 201 ? location() : undefined);
}

/** The absolute URL of a resource, as the client addressed this server or the proxy in front of it. */
export function locationOf(routes: EntityRoutes, { incoming }: HttpRequest, id: string, path: Path): string {
  const forwarded = String(incoming.headers["x-forwarded-proto"] ?? "")
    .split(",", 1)[0]
    ?.trim()
    .toLowerCase();
  const scheme = forwarded === "https" ? "https" : "http";
  const url = `${scheme}://${incoming.headers.host ?? ""}${routes.base}/${encodeSegment(id)}`;
  return path.length === 0 ? url : `${url}/${path.map(encodeSegment).join("/")}`;
}

/** The refusal of a body that is too large to be read, as that of the entity it is for. */
export const tooLargeFor =
  ({ rules }: EntityRoutes, id: string) =>
  (size: number): TwinError =>
    rules.tooLarge(id, size, rules.maxSize);
