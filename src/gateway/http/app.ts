// The HTTP door: which route a request takes, and the only catch between a route and the socket.

import type { IncomingMessage } from "node:http";
import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { TwinError } from "../../base/errors.ts";
import { internalError } from "../../base/internal-error.ts";
import type { PermissionSources } from "../../dispatch/check-permissions.ts";
import type { Dispatch } from "../../dispatch/dispatcher.ts";
import type { TimeSeriesReader } from "../../dispatch/history/time-series.ts";
import type { ActOnPolicy } from "../../dispatch/policy-actions.ts";
import type { ThingList } from "../../dispatch/thing-list.ts";
import { headersTooLarge } from "../../protocol/headers.ts";
import type { Aggregations } from "../../search/aggregate/aggregations.ts";
import { refusalHeaders } from "../auth/challenge.ts";
import type { NamespaceAccessOf } from "../auth/namespace-access.ts";
import { openApiRoutes } from "../openapi/routes.ts";
import { wantsEvents } from "../sse/event.ts";
import { AGAIN_S, overloaded } from "../throttling/overloaded.ts";
import { AGGREGATE, aggregateRequest } from "./aggregate-request.ts";
import { errorAnswer, listAnswer, methodNotAllowed, notFoundAnswer, textAnswer } from "./answers.ts";
import { CHECK_PERMISSIONS, checkPermissionsRequest } from "./check-permissions.ts";
import { CLOUD_EVENTS, type CloudEventParts, cloudEventRequest } from "./cloud-event-requests.ts";
import { CONNECTIONS } from "./connections/connection-path.ts";
import { type EntityRoutes, entityRequest, type HttpRequest, type SendLive } from "./entity-requests.ts";
import { duplicateHeader, unsupportedApiVersion } from "./errors.ts";
import { type EventParts, eventRequest } from "./event-requests.ts";
import { liveRequest } from "./live-requests.ts";
import { boxPathOf } from "./message-path.ts";
import { type MessageParts, messageRequest } from "./message-requests.ts";
import type { OpsAnswers } from "./ops-requests.ts";
import { actionPathOf, policyActionRequest } from "./policy-actions.ts";
import { postRequest } from "./post-requests.ts";
import { PREDICTORS } from "./predictors/predictor-path.ts";
import { type Admission, admit, correlationIdOf } from "./request-headers.ts";
import { type SearchParts, searchRequest } from "./search-requests.ts";
import { thingsRequest } from "./things-requests.ts";
import { timeSeriesPathOf } from "./time-series-path.ts";
import { timeSeriesRequest } from "./time-series-requests.ts";
import { toldOf } from "./told.ts";
import { addressOf, pathOf, readTarget } from "./uri.ts";

export interface HttpParts extends Admission, MessageParts, CloudEventParts {
  readonly dispatch: Dispatch;
  readonly list: ThingList;
  readonly things: EntityRoutes;
  readonly policies: EntityRoutes;
  readonly act: ActOnPolicy;
  /** What checks of permissions are answered from. */
  readonly permissions: PermissionSources;
  readonly defaultNamespace: string;
  readonly searches: SearchParts;
  readonly events: EventParts;
  readonly aggregations: Aggregations;
  readonly timeSeries: TimeSeriesReader;
  /** Absent where every namespace may be reached. */
  readonly reachOf?: NamespaceAccessOf | undefined;
  /** Answers what is asked about the server itself. */
  readonly ops: OpsAnswers;
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

  const sendLive: SendLive = (request, command) => liveRequest(things, request, command, parts.live);

  const entity = (routes: EntityRoutes, request: HttpRequest) => {
    const box = routes === things ? boxPathOf(things.base, request.target.path) : undefined;
    if (box) return messageRequest(parts, request, box);
    const series = routes === things ? timeSeriesPathOf(things, request) : undefined;
    if (series) return timeSeriesRequest(parts, request, series, () => ordinary(routes, request));
    const action = routes === policies ? actionPathOf(routes, request.target.path) : undefined;
    return action ? policyActionRequest(routes, request, action, parts.act) : ordinary(routes, request);
  };

  const ordinary = (routes: EntityRoutes, request: HttpRequest) =>
    entityRequest(routes, request, parts.dispatch, routes === things ? sendLive : undefined);

  const isForEvents = (routes: EntityRoutes, { incoming }: HttpRequest) =>
    routes === things && incoming.method === "GET" && wantsEvents(incoming.headers.accept);

  const api = (routes: EntityRoutes) => (c: Context<Env>) =>
    guarded(parts, c, (request) => {
      if (isForEvents(routes, request)) return eventRequest(parts.events, request);
      return request.target.path.length <= routes.base.length + 1
        ? collection(routes, request)
        : entity(routes, request);
    });

  const app = new Hono<Env>({ getPath: (_, { env } = {}) => pathOf(env?.incoming.url as string) });
  for (const routes of [things, policies]) {
    app.all(`${routes.base}/*`, api(routes));
  }
  for (const route of ["/api/2/whoami", "/api/2/whoami/"])
    app.all(route, (c) => guarded(parts, c, async (request) => whoami(request)));
  for (const route of [CHECK_PERMISSIONS, `${CHECK_PERMISSIONS}/`])
    app.all(route, (c) =>
      guarded(parts, c, (request) => checkPermissionsRequest(parts.permissions, policies, request)),
    );
  app.all(CLOUD_EVENTS, (c) => guarded(parts, c, (request) => cloudEventRequest(parts, request)));
  const aggregates = { aggregations: parts.aggregations, maxRequestBytes: parts.searches.maxRequestBytes };
  app.all(AGGREGATE, (c) => guarded(parts, c, (request) => aggregateRequest(aggregates, request)));
  app.all("/api/2/search/*", (c) => guarded(parts, c, (request) => searchRequest(parts.searches, request)));
  for (const route of [
    "/overall/*",
    "/devops/*",
    "/status",
    "/status/*",
    "/stats/*",
    "/alive",
    "/ready",
    "/health",
    "/metrics",
    `${CONNECTIONS}/*`,
    `${PREDICTORS}/*`,
  ])
    app.all(route, (c) => parts.ops(c.req.path, c.env.incoming));
  openApiRoutes(app);
  app.notFound((c) =>
    // Who is not known is not told either what there is.
    c.req.path.startsWith("/api/2/")
      ? guarded(parts, c, async () => notFoundAnswer())
      : elsewhere(c.req.path),
  );
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
    const admitted = admit(incoming, target.query, "http", parts);
    const { auth, headers } = admitted instanceof Promise ? await admitted : admitted;
    const reach = parts.reachOf?.(auth, headers, incoming.headers);
    known = { incoming, target, auth, headers, reach, onFault: parts.onFault };
    return await respond(known);
  } catch (error) {
    return refusal(parts, error, incoming, known);
  }
}

/** What is too much for this moment may be sent again in the next. */
const whenToTryAgain = (error: TwinError): Readonly<Record<string, string>> =>
  overloaded.is(error) ? { "retry-after": String(AGAIN_S) } : {};

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
  if (request) return errorAnswer(error, { ...toldOf(error, request), ...whenToTryAgain(error) });
  const isOfAll = headersTooLarge.is(error) || duplicateHeader.is(error);
  const told = isOfAll ? { "correlation-id": correlationIdOf(incoming.headers) } : {};
  return errorAnswer(error, { ...told, ...refusalHeaders(error, parts.asksForBasic) });
}
