// The doors put together: who is let in, and what HTTP and WebSockets speak to.

import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { type HttpBindings, serve } from "@hono/node-server";
import type { Logger } from "pino";
import type { JsonObject } from "./base/json/json.ts";
import { checkPermissions } from "./dispatch/check-permissions.ts";
import { timeSeries } from "./dispatch/history/time-series.ts";
import { authenticator } from "./gateway/auth/authenticate.ts";
import { asksForBasic } from "./gateway/auth/challenge.ts";
import { failedLogins } from "./gateway/auth/failed-logins.ts";
import { type TokenSettings, tokenVerifier } from "./gateway/auth/jwt/verifier.ts";
import { namespaceAccess } from "./gateway/auth/namespace-access.ts";
import type { VerifyToken } from "./gateway/auth/verify-token.ts";
import { httpApp } from "./gateway/http/app.ts";
import { entrance } from "./gateway/http/entrance.ts";
import type { Observe } from "./gateway/http/ops/observed.ts";
import type { OpsAnswers } from "./gateway/http/ops-requests.ts";
import { throwAwayUnread } from "./gateway/http/unwanted-body.ts";
import type { Pace } from "./gateway/sse/pace.ts";
import type { PushedStreams } from "./gateway/sse/pushed.ts";
import type { EventStreams } from "./gateway/sse/streams.ts";
import { delivered } from "./gateway/sse/taken-over.ts";
import { commandRate } from "./gateway/throttling/command-rate.ts";
import { limitConnects } from "./gateway/throttling/connects.ts";
import type { Places } from "./gateway/throttling/places.ts";
import { requestLimits } from "./gateway/throttling/requests.ts";
import type { WebSocketParts } from "./gateway/ws/door.ts";
import type { Config } from "./ops/config.ts";
import type { AuthContext } from "./signals/signal.ts";
import type { Twins } from "./twins.ts";

/** How often quiet sessions are asked whether they are there, in milliseconds. */
const HEARTBEAT_MS = 30_000;
/** Beyond, Node refuses a request by itself; up to there the limits of the HTTP door are told in its own words. */
const MAX_HEADER_SIZE = 65_536;

export type SharedParts = ReturnType<typeof sharedParts>;

/** What both doors work with: who is let in, and how callers are kept waiting. */
export function sharedParts(config: Config, twins: Twins, onThrottled: () => void, log: Logger) {
  const verifyToken = verifierOf(config, log);
  const onFailedLogin = failedLogins(({ what, ...fact }) => log.warn(fact, what));
  const rate = commandRate(config, onThrottled);
  const requests = requestLimits(config, rate, onThrottled);
  return {
    verifyToken,
    onFailedLogin,
    onThrottled,
    rate,
    requests,
    authenticate: requests.judging(authenticator(config, verifyToken, onFailedLogin)),
    asksForBasic: asksForBasic(config),
    ignoresPreAuthentication: !config.enablePreAuthentication,
    reachOf: namespaceAccess(config.namespaceAccess),
    maxHeaderBytes: config.maxHeaderBytes,
    maxMessageBytes: config.maxMessageBytes,
    maxSubjects: config.maxSubjects,
    dispatch: twins.dispatch,
    list: twins.list,
    live: twins.live,
    waiting: twins.waiting,
    onFault: (error: unknown, correlationId: string) =>
      log.error({ err: error, correlationId }, "request failed"),
  };
}

export function httpAnswer(
  config: Config,
  twins: Twins,
  shared: SharedParts,
  { streams, pushed }: { readonly streams: EventStreams; readonly pushed: PushedStreams },
  ops: OpsAnswers,
  observe: Observe,
) {
  const { maxRequestBytes, acceptedMediaTypes, defaultNamespace } = config;
  const common = { maxRequestBytes, acceptedMediaTypes, waiting: shared.waiting };
  const app = httpApp({
    ...shared,
    act: twins.act,
    permissions: twins,
    things: {
      rules: twins.things.rules,
      base: "/api/2/things",
      maxInlinePolicy: twins.policies.rules.maxSize,
      ...common,
    },
    policies: { rules: twins.policies.rules, base: "/api/2/policies", ...common },
    defaultNamespace,
    searches: {
      search: twins.searches.search,
      streams,
      maxRequestBytes,
      waiting: shared.waiting,
      pace: paceOfStreams(config),
    },
    timeSeries: timeSeries(twins.pastStates),
    events: { base: "/api/2/things", pubsub: twins.pubsub, openPast: twins.openPast, pushed },
    aggregations: twins.searches.aggregations,
    ops,
  });
  const enter = entrance(config);
  return (request: Request, env: HttpBindings) => {
    const outgoing = env.outgoing as ServerResponse;
    const incoming = env.incoming as IncomingMessage;
    const busy = shared.requests.begin(incoming, outgoing);
    if (busy) return busy;
    const answered = observe(incoming, () => enter(incoming, () => app.fetch(request, env)));
    return answered instanceof Promise
      ? answered.then((response) => delivered(response, outgoing))
      : delivered(answered, outgoing);
  };
}

export const paceOfStreams = (config: Config): Pace | undefined =>
  config.sseThrottlingEnabled
    ? { limit: config.sseThrottlingLimit, intervalMs: config.sseThrottlingInterval }
    : undefined;

/** What conversations in the Ditto Protocol are made of. */
export const conversationParts = (config: Config, twins: Twins, shared: SharedParts) => ({
  ...shared,
  checkPermissions: (checks: JsonObject, auth: AuthContext) => checkPermissions(twins, checks, auth),
  search: twins.searches.search,
  openPast: twins.openPast,
  searchIdleMs: config.searchIdleTimeout,
  rules: { thing: twins.things.rules, policy: twins.policies.rules },
});

export const webSocketParts = (
  config: Config,
  twins: Twins,
  shared: SharedParts,
  places: Places,
): WebSocketParts => ({
  ...conversationParts(config, twins, shared),
  pubsub: twins.pubsub,
  announcements: twins.announcements,
  declaredAcks: twins.declaredAcks,
  pace: config.wsThrottlingEnabled
    ? { limit: config.wsThrottlingLimit, intervalMs: config.wsThrottlingInterval }
    : undefined,
  onAck: twins.onAck,
  places,
  enter: entrance({ ...config, enableCors: false, redirectToHttps: false }), // WebSockets are never redirected
  maxInWork: config.wsSubscriberBackpressure,
  maxBuffered: config.wsMaxBuffered,
  maxFrameBytes: config.maxRequestBytes,
  heartbeatMs: HEARTBEAT_MS,
});

const verifierOf = (config: Config, log: Logger): VerifyToken =>
  verifier(log, {
    issuers: config.openIdConnectIssuers,
    protocol: config.oauthProtocol,
    allowedClockSkew: config.oauthAllowedClockSkew,
  });

export const verifierOfOperators = (config: Config, log: Logger): VerifyToken =>
  verifier(log, {
    issuers: config.devopsOpenIdConnectIssuers,
    protocol: config.devopsOauthProtocol,
    allowedClockSkew: config.devopsOauthAllowedClockSkew,
  });

const verifier = (log: Logger, settings: TokenSettings): VerifyToken =>
  tokenVerifier(settings, ({ issuer, error, what }) => log.warn({ issuer, err: error }, what));

export const hostInUrl = (host: string) => (host.includes(":") ? `[${host}]` : host);

export function listen(
  fetch: (request: Request, env: HttpBindings) => Response | Promise<Response>,
  config: Config,
  onThrottled: () => void,
): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = serve(
      {
        fetch: fetch as never,
        hostname: config.bindHostname,
        port: config.httpPort,
        serverOptions: {
          requestTimeout: config.requestTimeout,
          headersTimeout: Math.min(20_000, config.requestTimeout),
          keepAliveTimeout: config.idleTimeout,
          maxHeaderSize: MAX_HEADER_SIZE,
          // Clients that would rather speak HTTP/2 (`Upgrade: h2c`) are answered in HTTP/1.1.
          shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === "websocket",
        },
      },
      () => resolve(server),
    ) as Server;
    limitConnects(server, config, onThrottled);
    throwAwayUnread(server);
    server.on("error", reject);
  });
}
