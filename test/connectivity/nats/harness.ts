// A connector and a stranger at one server.

import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection, type NodeConnectionOptions } from "@nats-io/transport-node";
import { vi } from "vitest";
import type {
  Connector,
  ConnectorParts,
  Publication,
  ReceivedMessage,
} from "../../../src/connectivity/connectors/connector.ts";
import type { NatsSettings } from "../../../src/connectivity/connectors/nats/settings.ts";
import { natsTransport } from "../../../src/connectivity/connectors/nats/transport.ts";
import { textPayload } from "../../../src/connectivity/external-message.ts";
import type { Connection, Source, Target } from "../../../src/connectivity/model.ts";
import { anyHosts, type Hosts } from "../../../src/connectivity/net/hosts.ts";
import type { TlsOptions } from "../../../src/connectivity/net/tls.ts";
import type { NatsServer } from "../../support/brokers/nats.ts";

export const settings: NatsSettings = {
  throttling: undefined,
  fetchSize: 1_000,
  bufferSize: 1_000,
  ackWait: 1_000,
  maxAckPending: 10_000,
  redeliveryBackOff: { min: 50, max: 1_000 },
  producer: { queueSize: 10_000, maxInFlight: 1_000, answerWithin: 5_000 },
  pingInterval: 10_000,
};

export const source = (addresses: readonly string[], more: Partial<Source> = {}): Source => ({
  addresses,
  consumerCount: 1,
  authorizationContext: ["test:subject"],
  headerMapping: {},
  payloadMapping: [],
  declaredAcks: [],
  ...more,
});

export const target = (address: string, more: Partial<Target> = {}): Target => ({
  address,
  topics: [{ topic: "_/_/things/twin/events", namespaces: [] }],
  authorizationContext: ["test:subject"],
  headerMapping: {},
  payloadMapping: [],
  ...more,
});

export const connection = (more: Partial<Connection> = {}): Connection => ({
  id: "bridge",
  connectionType: "nats",
  connectionStatus: "open",
  uri: "nats://127.0.0.1:4222",
  sources: [],
  targets: [],
  clientCount: 1,
  failoverEnabled: true,
  validateCertificates: true,
  processorPoolSize: 1,
  specificConfig: {},
  mappingDefinitions: {},
  tags: [],
  ...more,
});

export interface Bench extends AsyncDisposable {
  readonly connector: Connector;
  /** What was received, in its order, with the sources. */
  readonly received: (ReceivedMessage & { readonly source: number })[];
  readonly statuses: string[];
  readonly logs: string[];
  /** Why it was lost; several would be one too many. */
  readonly lost: Error[];
  /** What becomes of messages as they come; without it they stay unsettled. */
  onReceived: ((message: ReceivedMessage) => boolean) | undefined;
  /** Waits until so many have been received. */
  until(count: number): Promise<void>;
  texts(): string[];
}

export interface BenchOptions extends Partial<Connection> {
  readonly settings?: Partial<NatsSettings>;
  readonly tls?: TlsOptions;
  readonly hosts?: Pick<Hosts, "restricts" | "resolve">;
  readonly clientIndex?: number;
  /** Where it connects to first, if not to the server. */
  readonly port?: number;
  readonly isTest?: boolean;
}

/** A connector that is not open yet. */
export function bench(server: NatsServer, options: BenchOptions = {}): Bench {
  const {
    settings: own,
    hosts = anyHosts,
    tls,
    clientIndex = 0,
    isTest = false,
    port = server.port,
    ...more
  } = options;
  const received: Bench["received"] = [];
  const statuses: string[] = [];
  const logs: string[] = [];
  const lost: Error[] = [];
  const parts: ConnectorParts = {
    connection: connection({ uri: server.uri, ...more }),
    clientIndex,
    isTest,
    endpoint: { host: tls ? "localhost" : "127.0.0.1", port },
    tls,
    events: {
      received: (index, message) => {
        received.push({ ...message, source: index });
        return made.onReceived?.(message) ?? true;
      },
      lost: (reason) => void lost.push(reason),
      addressStatus: (kind, address, status) => void statuses.push(`${kind} ${address}: ${status}`),
      log: (_, text) => void logs.push(text),
    },
  };
  const connector = natsTransport({ ...settings, ...own }, hosts).connector(parts);
  const made: Bench = {
    connector,
    received,
    statuses,
    logs,
    lost,
    onReceived: undefined,
    until: (count) =>
      eventually(() => {
        if (received.length < count)
          throw new Error(`${received.length} of ${count} messages were received.`);
      }),
    texts: () => received.map(({ payload }) => payload?.text() ?? ""),
    [Symbol.asyncDispose]: () => connector.close(),
  };
  return made;
}

export async function openBench(server: NatsServer, options?: BenchOptions): Promise<Bench> {
  const made = bench(server, options);
  await made.connector.open();
  return made;
}

export const accept = (message: ReceivedMessage): boolean => {
  message.settle("accept");
  return true;
};

export interface Stranger extends AsyncDisposable {
  readonly nc: NatsConnection;
  readonly jsm: JetStreamManager;
}

/** Another client. */
export async function stranger(server: NatsServer, options: NodeConnectionOptions = {}): Promise<Stranger> {
  const nc = await connect({ servers: `127.0.0.1:${server.port}`, reconnect: false, ...options });
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  return { nc, jsm, [Symbol.asyncDispose]: () => nc.close() };
}

/** Another client, with a stream PLANT of all subjects below `plant`. */
export async function strangerWithStream(
  server: NatsServer,
  options?: NodeConnectionOptions,
): Promise<Stranger> {
  const made = await stranger(server, options);
  await made.jsm.streams.add({ name: "PLANT", subjects: ["plant.>"], duplicate_window: 60e9 });
  return made;
}

/** The texts that reach a subject from now on. */
export async function listen(nc: NatsConnection, subject: string): Promise<string[]> {
  const texts: string[] = [];
  nc.subscribe(subject, { callback: (_, msg) => void texts.push(msg.string()) });
  await nc.flush();
  return texts;
}

export async function unsettledOf({ jsm }: Stranger, consumer: string): Promise<number> {
  const info = await jsm.consumers.info("PLANT", consumer);
  return info.num_ack_pending + info.num_pending;
}

export const publication = (
  address: string,
  text: string,
  qos = 0,
  headers: Record<string, string> = {},
): Publication => ({ address, qos, message: { headers, payload: textPayload(text) } });

export const eventually = (check: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 15_000, interval: 10 });

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
