// The HTTP door: which route a request takes, and the only catch between a route and the socket.

import type { IncomingMessage } from "node:http";
import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { TwinError } from "../../base/errors.ts";
import type { Dispatch } from "../../dispatch/dispatcher.ts";
import type { ThingList } from "../../dispatch/thing-list.ts";
import { headersTooLarge } from "../../protocol/headers.ts";
import type { Authenticate } from "../auth/authenticate.ts";
import { basicChallenge } from "../auth/basic.ts";
import { authenticationFailed } from "../auth/errors.ts";
import { openApiRoutes } from "../openapi/routes.ts";
import { errorAnswer, listAnswer, methodNotAllowed, notFoundAnswer, textAnswer } from "./answers.ts";
import { type EntityRoutes, entityRequest, type HttpRequest } from "./entity-requests.ts";
import { duplicateHeader, internalError, unsupportedApiVersion } from "./errors.ts";
import type { OpsAnswers } from "./ops-requests.ts";
import { postRequest } from "./post-requests.ts";
import { admit, correlationIdOf } from "./request-headers.ts";
import { thingsRequest } from "./things-requests.ts";
import { toldOf } from "./told.ts";
import { addressOf, pathOf, readTarget } from "./uri.ts";

export interface HttpParts {
  readonly authenticate: Authenticate;
  readonly dispatch: Dispatch;
  readonly list: ThingList;
  readonly things: EntityRoutes;
  readonly policies: EntityRoutes;
  readonly defaultNamespace: string;
  /** How many characters the headers of a request may have, names and values together. */
  readonly maxHeaderBytes: number;
  /** How many subjects a request may speak for. */
  readonly maxSubjects: number;
  /** Answers what is asked about the server itself. */
  readonly ops: OpsAnswers;
  /** Whether 401 asks for HTTP Basic. */
  readonly challenge: boolean;
  /** Told of what should not have happened. */
  readonly onFault: (error: unknown, correlationId: string) => void;
}

type Env = { Bindings: HttpBindings };

/** Makes the HTTP application. */
export function httpApp(parts: HttpParts): Hono<Env> {
  const { things, policies } = parts;
  const collection = (routes: EntityRoutes, request: HttpRequest) =>
    routes === things
      ? thingsRequest(routes, request, parts.dispatch, parts.list, parts.defaultNamespace)
      : policiesRequest(routes, request);

  const policiesRequest = async (routes: EntityRoutes, request: HttpRequest) =>
    request.incoming.method === "POST"
      ? postRequest(routes, request, parts.dispatch, parts.defaultNamespace)
      : methodNotAllowed(["POST"]);

  const api = (routes: EntityRoutes) => (c: Context<Env>) =>
    guarded(parts, c, (request) =>
      request.target.path.length <= routes.base.length + 1
        ? collection(routes, request)
        : entityRequest(routes, request, parts.dispatch),
    );

  const app = new Hono<Env>({ getPath: (_, { env } = {}) => pathOf(env?.incoming.url as string) });
  for (const routes of [things, policies]) {
    app.all(`${routes.base}/*`, api(routes));
  }
  for (const route of ["/api/2/whoami", "/api/2/whoami/"])
    app.all(route, (c) => guarded(parts, c, async (request) => whoami(request)));
  for (const route of ["/overall/*", "/devops/*", "/status", "/health"])
    app.all(route, (c) => parts.ops(c.req.path, c.env.incoming));
  openApiRoutes(app);
  app.notFound((c) => elsewhere(c.req.path));
  return app;
}

/** Paths that no route takes. They are told apart here, since a route for them would be tried on every request. */
function elsewhere(path: string): Response {
  if (/^\/ws\/2\/?$/.test(path)) return textAnswer(400, "Expected a WebSocket upgrade request.");
  const version = /^\/(?:api|ws)\/(\d+)(?:\/|$)/.exec(path)?.[1];
  return version !== undefined && version !== "2"
    ? errorAnswer(unsupportedApiVersion(version))
    : notFoundAnswer();
}

function whoami({ incoming, auth, headers }: HttpRequest): Response | Promise<Response> {
  if (incoming.method !== "GET") return methodNotAllowed(["GET"]);
  const { subjects } = auth;
  return listAnswer(incoming, JSON.stringify({ defaultSubject: subjects[0], subjects }), headers);
}

/** Authenticates a request, reads its headers, and turns what is thrown on the way into an answer. */
async function guarded(
  parts: HttpParts,
  c: Context<Env>,
  respond: (request: HttpRequest) => Promise<Response>,
): Promise<Response> {
  const { incoming } = c.env;
  if (addressOf(incoming.headers) === "") return textAnswer(400, "The request names no valid host.");
  let known: HttpRequest | undefined;
  try {
    const target = readTarget(incoming.url as string);
    const { auth, headers } = admit(incoming, target.query, parts);
    known = { incoming, target, auth, headers, onFault: parts.onFault };
    return await respond(known);
  } catch (error) {
    return refusal(parts, error, incoming, known);
  }
}

function refusal(
  parts: HttpParts,
  error: unknown,
  incoming: IncomingMessage,
  request: HttpRequest | undefined,
): Response {
  if (incoming.errored) return textAnswer(400, "The request broke off."); // for nobody: its sender is gone
  if (!(error instanceof TwinError)) {
    parts.onFault(error, (request?.headers["correlation-id"] as string | undefined) ?? "unknown");
    const fault = internalError();
    return errorAnswer(fault, request ? toldOf(fault, request) : {});
  }
  if (authenticationFailed.is(error) && parts.challenge) {
    return errorAnswer(error, { "www-authenticate": basicChallenge });
  }
  if (request) return errorAnswer(error, toldOf(error, request));
  const isOfAll = headersTooLarge.is(error) || duplicateHeader.is(error);
  return errorAnswer(error, isOfAll ? { "correlation-id": correlationIdOf(incoming.headers) } : {});
}
