// The server put together: entities, dispatch, doors; and taken apart in reverse.

import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type HttpBindings, serve } from "@hono/node-server";
import type { Logger } from "pino";
import type { JsonObject } from "./base/json/json.ts";
import { connectionMonitoring, hostsOf, openConnections } from "./connections.ts";
import type { MappingEngines } from "./connectivity/mapping/engines.ts";
import { measureConnections } from "./connectivity/monitoring/prometheus.ts";
import { checkPermissions } from "./dispatch/check-permissions.ts";
import { timeSeries } from "./dispatch/history/time-series.ts";
import { authenticator } from "./gateway/auth/authenticate.ts";
import { asksForBasic } from "./gateway/auth/challenge.ts";
import { failedLogins } from "./gateway/auth/failed-logins.ts";
import { type TokenSettings, tokenVerifier } from "./gateway/auth/jwt/verifier.ts";
import { namespaceAccess } from "./gateway/auth/namespace-access.ts";
import type { VerifyToken } from "./gateway/auth/verify-token.ts";
import { httpApp } from "./gateway/http/app.ts";
import { closablePort } from "./gateway/http/close-port.ts";
import { entrance } from "./gateway/http/entrance.ts";
import { metricsAnswer } from "./gateway/http/metrics-requests.ts";
import { type OpsAnswers, type OpsParts, opsAnswers } from "./gateway/http/ops-requests.ts";
import type { Pace } from "./gateway/sse/pace.ts";
import { Places } from "./gateway/sse/places.ts";
import { type PushedStreams, pushedStreams } from "./gateway/sse/pushed.ts";
import { type EventStreams, eventStreams } from "./gateway/sse/streams.ts";
import { delivered } from "./gateway/sse/taken-over.ts";
import { openWebSocketDoor, type WebSocketParts } from "./gateway/ws/door.ts";
import type { Storage } from "./journal/open.ts";
import type { Config } from "./ops/config.ts";
import { createMetrics } from "./ops/metrics.ts";
import { openPredictions } from "./predictions.ts";
import type { AuthContext } from "./signals/signal.ts";
import { startTwins, type Twins } from "./twins.ts";

export interface RunningServer {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  /** Stops accepting, finishes what was accepted, closes the doors, then the journal. */
  stop(): Promise<void>;
}

/** One subject may have this share of the streams of events. */
const STREAMS_SHARE = 4;
const HEARTBEAT_MS = 30_000;
/** Beyond, Node refuses a request by itself; up to there the limits of the HTTP door are told in its own words. */
const MAX_HEADER_SIZE = 65_536;

/** What takes its time to be opened, so that the server begins with it done. */
export interface Opened {
  readonly storage: Storage;
  readonly engines: MappingEngines;
}

/** Starts serving on top of an open storage, of which `isUp` tells; resolves once the port is open. */
export async function startServer(
  config: Config,
  { storage, engines }: Opened,
  isUp: () => boolean,
  log: Logger,
): Promise<RunningServer> {
  const metrics = createMetrics();
  const twins = startTwins(config, storage, metrics, log);
  const shared = sharedParts(config, twins, log);
  const watching = connectionMonitoring(config, log);
  const speaking = conversationParts(config, twins, shared);
  const connections = await openConnections(config, storage, twins, {
    ...{ speaking, engines, monitoring: watching, log },
  });
  const liveStatus = (id: string) => String(connections.status(id).liveStatus);
  measureConnections(
    metrics,
    { connections: connections.connections, liveStatus, watched: watching.watched },
    config.connectionMetricsConnections,
  );
  const predictors = await openPredictions(config, storage, twins, { hosts: hostsOf(config), metrics, log });
  const most = config.sseMaxStreams;
  const places = new Places(most, Math.ceil(most / STREAMS_SHARE));
  const streams = eventStreams(places);
  const pushed = pushedStreams(places, config.sseMaxBuffered, paceOfStreams(config));
  const ops: OpsParts = {
    isUp,
    verifyToken: verifierOfOperators(config, log),
    onFailedLogin: shared.onFailedLogin,
    index: twins.searches.care,
    metrics: () => metricsAnswer(metrics),
    isMetricsOpen: !config.metricsSecured,
    connections: {
      connections,
      maxRequestBytes: config.maxRequestBytes,
      maxHeaderBytes: config.maxHeaderBytes,
      acceptedMediaTypes: config.acceptedMediaTypes,
      onFault: shared.onFault,
    },
    predictors: {
      predictors,
      admission: shared,
      reachOf: shared.reachOf,
      maxRequestBytes: config.maxRequestBytes,
      maxModelBytes: config.predictorModelMaxBytes,
      acceptedMediaTypes: config.acceptedMediaTypes,
      onFault: shared.onFault,
    },
  };
  const server = await listen(
    httpAnswer(config, twins, shared, { streams, pushed }, opsAnswers(config, ops)),
    config,
  );
  const closePort = closablePort(server);
  const closeWebSocketDoor = openWebSocketDoor(server, webSocketParts(config, twins, shared));

  return {
    url: `http://${hostInUrl(config.bindHostname)}:${(server.address() as AddressInfo).port}`,
    async stop() {
      const portClosed = closePort(config.shutdownTimeout);
      predictors.endUploads();
      streams.close();
      pushed.close();
      await connections.stop();
      twins.waiting.deadlines.close();
      await closeWebSocketDoor(config.shutdownTimeout);
      await portClosed;
      await predictors.stop();
      await twins.stop();
      await storage.journal.close();
    },
  };
}

type SharedParts = ReturnType<typeof sharedParts>;

/** What both doors work with: who is let in, and how callers are kept waiting. */
function sharedParts(config: Config, twins: Twins, log: Logger) {
  const verifyToken = verifierOf(config, log);
  const onFailedLogin = failedLogins(({ what, ...fact }) => log.warn(fact, what));
  return {
    verifyToken,
    onFailedLogin,
    authenticate: authenticator(config, verifyToken, onFailedLogin),
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

function httpAnswer(
  config: Config,
  twins: Twins,
  shared: SharedParts,
  { streams, pushed }: { readonly streams: EventStreams; readonly pushed: PushedStreams },
  ops: OpsAnswers,
) {
  const { maxRequestBytes, acceptedMediaTypes, defaultNamespace } = config;
  const common = { maxRequestBytes, acceptedMediaTypes, waiting: shared.waiting };
  const app = httpApp({
    ...shared,
    act: twins.act,
    permissions: twins,
    things: { rules: twins.things.rules, base: "/api/2/things", ...common },
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
    const answered = enter(env.incoming as IncomingMessage, () => app.fetch(request, env));
    return answered instanceof Promise
      ? answered.then((response) => delivered(response, outgoing))
      : delivered(answered, outgoing);
  };
}

const paceOfStreams = (config: Config): Pace | undefined =>
  config.sseThrottlingEnabled
    ? { limit: config.sseThrottlingLimit, intervalMs: config.sseThrottlingInterval }
    : undefined;

/** What conversations in the Ditto Protocol are made of. */
const conversationParts = (config: Config, twins: Twins, shared: SharedParts) => ({
  ...shared,
  checkPermissions: (checks: JsonObject, auth: AuthContext) => checkPermissions(twins, checks, auth),
  search: twins.searches.search,
  openPast: twins.openPast,
  searchIdleMs: config.searchIdleTimeout,
  rules: { thing: twins.things.rules, policy: twins.policies.rules },
});

const webSocketParts = (config: Config, twins: Twins, shared: SharedParts): WebSocketParts => ({
  ...conversationParts(config, twins, shared),
  pubsub: twins.pubsub,
  announcements: twins.announcements,
  declaredAcks: twins.declaredAcks,
  pace: config.wsThrottlingEnabled
    ? { limit: config.wsThrottlingLimit, intervalMs: config.wsThrottlingInterval }
    : undefined,
  onAck: twins.onAck,
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

const verifierOfOperators = (config: Config, log: Logger): VerifyToken =>
  verifier(log, {
    issuers: config.devopsOpenIdConnectIssuers,
    protocol: config.devopsOauthProtocol,
    allowedClockSkew: config.devopsOauthAllowedClockSkew,
  });

const verifier = (log: Logger, settings: TokenSettings): VerifyToken =>
  tokenVerifier(settings, ({ issuer, error, what }) => log.warn({ issuer, err: error }, what));

const hostInUrl = (host: string) => (host.includes(":") ? `[${host}]` : host);

function listen(
  fetch: (request: Request, env: HttpBindings) => Response | Promise<Response>,
  config: Config,
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
    server.on("error", reject);
  });
}
