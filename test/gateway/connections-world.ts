// The routes of operators over connections in a journal in memory, with a transport whose broker the test plays.

import { EventEmitter } from "node:events";
import { startConnections } from "../../src/connectivity/connections.ts";
import { links } from "../../src/connectivity/lifecycle/links.ts";
import { loadMappingEngines } from "../../src/connectivity/mapping/engines.ts";
import { mappingsOf } from "../../src/connectivity/mapping/mappings.ts";
import { monitoring } from "../../src/connectivity/monitoring/monitoring.ts";
import { connectionTexts } from "../../src/connectivity/secrets/connection-texts.ts";
import { encryptionMigration } from "../../src/connectivity/secrets/migration.ts";
import { openVault } from "../../src/connectivity/secrets/vault.ts";
import { opsAnswers } from "../../src/gateway/http/ops-requests.ts";
import { SECRET_POINTERS } from "../../src/ops/connection-secrets.ts";
import { localAnnouncements } from "../../src/pubsub/announcements.ts";
import { localDeclaredAcks } from "../../src/pubsub/declared-acks.ts";
import { acksOf, answerOf, memoryTransport } from "../connectivity/world.ts";
import { worldWith } from "../pubsub/world.ts";
import { HeldJournal } from "../support/journal.ts";

const linkSettings = {
  ...{ connectingMinTimeoutMs: 1000, connectingMaxTimeoutMs: 8000, connectingMaxTries: 3 },
  ...{ minBackoffMs: 60_000, maxBackoffMs: 60_000, disconnectingMaxTimeoutMs: 500 },
  ...{ disconnectAnnouncementTimeoutMs: 0, testingTimeoutMs: 1000, shutdownTimeoutMs: 100 },
  ...{ issuedMaxBytes: 1000, inWork: { most: 100, lifetimeMs: 100_000, payloadBytes: 1_000_000 } },
};
const logSettings = {
  ...{ successCapacity: 10, failureCapacity: 10, maxLogSizeBytes: 100_000, logDurationMs: 60_000 },
};
export const mappingLimits = {
  ...{ scriptBytes: 50_000, scriptTimeMs: 500, scriptStackDepth: 25, incomingMessages: 10 },
  ...{ outgoingMessages: 10, sourceMappers: 10, targetMappers: 10 },
};
const operators = {
  ...{ devopsSecured: true, devopsAuthenticationMethod: "basic", devopsPassword: "dev" },
  ...{ devopsOauth2Subjects: undefined, devopsStatusSecured: true, statusAuthenticationMethod: "basic" },
  ...{ statusPassword: "stat", statusOauth2Subjects: undefined },
} as const;

export const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;

type Behaviour = Parameters<typeof memoryTransport>[0];

async function startedConnections(behaviour: Behaviour, warnings: string[], journal: HeldJournal) {
  const { transport, clients } = memoryTransport(behaviour);
  const watched = monitoring(logSettings);
  const engines = await loadMappingEngines(16_000_000);
  const encryption = { enabled: false, key: undefined, oldKey: undefined, pointers: SECRET_POINTERS };
  const log = { warn: (_: object, text: string) => void warnings.push(text), info: () => undefined };
  const prepared = {
    ...{ endpoint: { host: "h", port: 1 }, tls: undefined, close: async () => undefined },
    lost: new Promise<Error>(() => undefined),
  };
  const connections = await startConnections({
    ...{ journal, log, vault: openVault(encryption), historicalHeaders: [], validate: () => undefined },
    links: links({
      ...{ settings: linkSettings, declaredAcks: localDeclaredAcks(), converse: async () => answerOf(204) },
      ...{ pubsub: worldWith({}).pubsub, announcements: localAnnouncements(), transportOf: () => transport },
      ...{ prepare: async () => prepared, monitorOf: watched.monitorOf, queueSizeOf: () => 10, acksOf },
      mappingsOf: (connection) => mappingsOf(connection, engines, mappingLimits),
      ...{ onAck: () => undefined, weakAck: () => undefined, onFault: () => undefined },
    }),
    monitoring: watched,
    mappingTests: { engines, limits: mappingLimits },
    migration: encryptionMigration({
      texts: connectionTexts({} as never),
      ...{ encryption, batchSize: 10, rowsPerMinute: 0, log },
    }),
    openingPace: { delayMs: 0, count: 10, intervalMs: 10 },
    commandTimeoutMs: 2_000,
  });
  return { connections, clients };
}

export interface Sent {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function connectionsWorld(
  behaviour: Behaviour = {},
  journal = new HeldJournal({ flowing: true }),
) {
  const warnings: string[] = [];
  const faults: unknown[] = [];
  const { connections, clients } = await startedConnections(behaviour, warnings, journal);
  const answers = opsAnswers(operators as never, {
    verifyToken: () => Promise.reject(new Error("there are no tokens here")),
    index: {} as never,
    connections: {
      ...{ connections, maxRequestBytes: 20_000, maxHeaderBytes: 5_000, acceptedMediaTypes: [] },
      onFault: (error) => void faults.push(error),
    },
    metrics: async () => new Response(""),
  });

  /** Sends a request as the operator, unless its headers say something else. */
  async function send(line: string, { body, headers: given = {} }: Sent = {}): Promise<Response> {
    const [method = "", url = ""] = line.split(" ");
    const headers = { host: "example.org", authorization: basic("devops:dev"), ...given };
    const rawHeaders = Object.entries(headers).flat();
    const request = { method, url, headers, rawHeaders, socket: {}, resume() {} };
    const incoming = Object.assign(new EventEmitter(), request);
    const answered = answers(url.split("?")[0] as string, incoming as never);
    // The body comes once somebody listens.
    for (let i = 0; i < 20 && incoming.listenerCount("data") === 0; i++)
      await new Promise((resolve) => setImmediate(resolve));
    const text = typeof body === "string" ? body : JSON.stringify(body);
    if (body !== undefined) incoming.emit("data", Buffer.from(text));
    incoming.emit("end");
    return answered;
  }

  return {
    ...{ send, connections, clients, warnings, faults },
    [Symbol.asyncDispose]: () => connections.stop(),
  };
}

export type ConnectionsWorld = Awaited<ReturnType<typeof connectionsWorld>>;

/** The connection of the recording. */
export const recorded = {
  ...{ name: "mqtt-gold", connectionType: "mqtt", connectionStatus: "open", uri: "tcp://127.0.0.1:18883" },
  ...{ failoverEnabled: true, clientCount: 1 },
  sources: [
    {
      ...{ addresses: ["in/#"], consumerCount: 1, qos: 1, authorizationContext: ["nginx:ditto"] },
      headerMapping: {},
      replyTarget: {
        ...{ enabled: true, address: "reply/{{ header:correlation-id }}" },
        expectedResponseTypes: ["response", "error"],
      },
      payloadMapping: ["Ditto"],
    },
  ],
  targets: [
    {
      ...{ address: "out/{{ thing:id }}", topics: ["_/_/things/twin/events"], qos: 1 },
      ...{ authorizationContext: ["nginx:ditto"], headerMapping: {} },
    },
  ],
};
