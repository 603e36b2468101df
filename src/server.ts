// The server put together: entities, dispatch, doors; and taken apart in reverse.

import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import type { Logger } from "pino";
import { dispatcher } from "./dispatch/dispatcher.ts";
import { Entities } from "./dispatch/entities.ts";
import { PolicyAccess } from "./dispatch/policy-access.ts";
import { policyRules } from "./dispatch/policy-rules.ts";
import { Snapshots } from "./dispatch/snapshots.ts";
import { thingList } from "./dispatch/thing-list.ts";
import { thingRules } from "./dispatch/thing-rules.ts";
import { authenticator } from "./gateway/auth/authenticate.ts";
import { httpApp } from "./gateway/http/app.ts";
import { opsAnswers } from "./gateway/http/ops-requests.ts";
import { openWebSocketDoor } from "./gateway/ws/door.ts";
import type { Journal } from "./journal/journal.ts";
import type { Config } from "./ops/config.ts";
import { localPubsub } from "./pubsub/pubsub.ts";

export interface RunningServer {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  /** Stops accepting, finishes what was accepted, closes the doors, then the journal. */
  stop(): Promise<void>;
}

const HEARTBEAT_MS = 30_000;

/** Starts serving on top of an open journal, of which `isUp` tells; resolves once the port is open. */
export async function startServer(
  config: Config,
  journal: Journal,
  isUp: () => boolean,
  log: Logger,
): Promise<RunningServer> {
  const things = new Entities(thingRules(config.maxThingBytes), journal, config.cacheSize);
  const policies: Entities = new Entities(
    policyRules(config.maxPolicyBytes, (id) => policies.peek(id)?.committed?.value),
    journal,
    config.cacheSize,
  );
  const onSnapshotError = (error: unknown) =>
    log.warn({ err: error }, "snapshots could not be written; trying again");
  const snapshots = {
    thing: new Snapshots(journal, "thing", onSnapshotError),
    policy: new Snapshots(journal, "policy", onSnapshotError),
  };
  const pubsub = localPubsub();
  const access = new PolicyAccess(policies);
  const dispatch = dispatcher({ things, policies, access, snapshots, journal, publish: pubsub.publish });
  const list = thingList(dispatch, journal);
  const authenticate = authenticator(config);
  const onFault = (error: unknown, correlationId: string) =>
    log.error({ err: error, correlationId }, "request failed");

  const challenge = config.users.length > 0;
  const app = httpApp({
    authenticate,
    dispatch,
    list,
    things: { rules: things.rules, base: "/api/2/things", maxRequestBytes: config.maxRequestBytes },
    policies: { rules: policies.rules, base: "/api/2/policies", maxRequestBytes: config.maxRequestBytes },
    defaultNamespace: config.defaultNamespace,
    ops: opsAnswers(config, isUp),
    challenge,
    onFault,
  });
  const server = await listen(app.fetch, config);
  const closeWebSocketDoor = openWebSocketDoor(server, {
    authenticate,
    dispatch,
    list,
    pubsub,
    rules: { thing: things.rules, policy: policies.rules },
    maxInWork: config.wsSubscriberBackpressure,
    maxBuffered: config.wsMaxBuffered,
    maxFrameBytes: config.maxRequestBytes,
    heartbeatMs: HEARTBEAT_MS,
    challenge,
    onFault,
  });

  return {
    url: `http://${hostInUrl(config.bindHostname)}:${(server.address() as AddressInfo).port}`,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const deadline = setTimeout(() => server.closeAllConnections(), config.shutdownTimeout);
      await closeWebSocketDoor(config.shutdownTimeout);
      await closed;
      clearTimeout(deadline);
      snapshots.thing.close();
      snapshots.policy.close();
      await journal.close();
    },
  };
}

const hostInUrl = (host: string) => (host.includes(":") ? `[${host}]` : host);

function listen(
  fetch: (request: Request, env: never) => Response | Promise<Response>,
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
        },
      },
      () => resolve(server),
    ) as Server;
    server.on("error", reject);
  });
}
