// One connection to NATS after another. The client's own reconnecting is off: it would send what was written for a connection
// that is gone, and nobody could tell what arrived.

import { readFile } from "node:fs/promises";
import { setTimeout as later } from "node:timers/promises";
import {
  type ConnectionOptions,
  connect,
  credsAuthenticator,
  type NatsConnection,
} from "@nats-io/transport-node";
import type { ClusterOptions } from "./options.ts";

const LEAST_PAUSE_MS = 50;
const MOST_PAUSE_MS = 1_000;
const PULSE_TURNS = 5;

export interface LinkEvents {
  /** There is a connection; rejects where it is of no use. */
  up(link: NatsConnection): Promise<void>;
  /** There is none, and why. */
  down(reason: string): void;
}

/** Resolves with a connection. What is lacking in the settings rejects too. */
export async function openLink(options: ClusterOptions, waitMs: number): Promise<NatsConnection> {
  const { servers, user, password, token, credentialsFile, tls, nodeName, clusterName } = options;
  const given: ConnectionOptions = {
    servers: [...servers],
    name: `pollux ${clusterName} ${nodeName}`,
    reconnect: false,
    timeout: waitMs,
    ...(user !== undefined && { user }),
    ...(password !== undefined && { pass: password }),
    ...(token !== undefined && { token }),
    ...(credentialsFile !== undefined && {
      authenticator: credsAuthenticator(await readFile(credentialsFile)),
    }),
    ...((hasTls(tls) || servers.some((server) => server.startsWith("tls:"))) && {
      tls: {
        ...(tls?.ca !== undefined && { caFile: tls.ca }),
        ...(tls?.cert !== undefined && { certFile: tls.cert }),
        ...(tls?.key !== undefined && { keyFile: tls.key }),
      },
    }),
  };
  return connect(given);
}

/** Keeps a connection until `signal` is aborted, and tells of each that is made and lost. */
export async function keepLink(
  options: ClusterOptions,
  waitMs: number,
  events: LinkEvents,
  signal: AbortSignal,
): Promise<void> {
  let pauseMs = LEAST_PAUSE_MS;
  let wasUp = true;
  while (!signal.aborted) {
    let link: NatsConnection | undefined;
    let reason: string;
    try {
      link = await openLink(options, waitMs);
      const stop = watchPulse(link, waitMs);
      link.closed().then(stop, stop);
      await events.up(link);
      pauseMs = LEAST_PAUSE_MS;
      wasUp = true;
      reason = ((await link.closed()) as Error | undefined)?.message ?? "it does not answer";
    } catch (error) {
      reason = (error as Error).message;
      await link?.close();
    }
    if (wasUp && !signal.aborted)
      options.log("warning", `There is no connection to NATS (${reason}); trying on.`);
    wasUp = false;
    events.down(reason);
    await later(pauseMs * (0.5 + Math.random()), undefined, { signal }).catch(() => {});
    pauseMs = Math.min(2 * pauseMs, MOST_PAUSE_MS);
  }
}

/** Closes a connection that has not answered for so long, by the turns of a timer: a process that stood still is no reason. */
function watchPulse(link: NatsConnection, silenceMs: number): () => void {
  let silentTurns = 0;
  const timer = setInterval(() => {
    if (silentTurns++ >= PULSE_TURNS) void link.close();
    else if (silentTurns === 1)
      link.flush().then(
        () => {
          silentTurns = 0;
        },
        () => {}, // closed
      );
  }, silenceMs / PULSE_TURNS).unref();
  return () => clearInterval(timer);
}

const hasTls = (tls: ClusterOptions["tls"]): boolean => (tls?.ca ?? tls?.cert ?? tls?.key) !== undefined;
