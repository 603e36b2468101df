// A connector and a stranger at one broker.

import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import { vi } from "vitest";
import type {
  Connector,
  ConnectorParts,
  ReceivedMessage,
} from "../../../src/connectivity/connectors/connector.ts";
import type { MqttSettings } from "../../../src/connectivity/connectors/mqtt/settings.ts";
import { mqttTransport } from "../../../src/connectivity/connectors/mqtt/transport.ts";
import { textPayload } from "../../../src/connectivity/external-message.ts";
import type { Connection, Source, Target } from "../../../src/connectivity/model.ts";
import type { TlsOptions } from "../../../src/connectivity/net/tls.ts";
import type { Mosquitto } from "../../support/brokers/mosquitto.ts";

export const versions = ["mqtt", "mqtt-5"] as const;
export type Version = (typeof versions)[number];

export const settings: MqttSettings = {
  maxQueueSize: 1000,
  cleanSession: false,
  reconnectForRedelivery: false,
  reconnectForRedeliveryDelay: 1000,
  separatePublisherClient: false,
  sessionExpiryInterval: 60_000,
  receiveMaximum: 65_535,
  throttling: undefined,
  preserveKnownHeaders: true,
};

export const source = (addresses: readonly string[], more: Partial<Source> = {}): Source => ({
  addresses,
  consumerCount: 1,
  qos: 1,
  authorizationContext: ["test:subject"],
  headerMapping: {},
  payloadMapping: [],
  declaredAcks: [],
  ...more,
});

export const target = (address: string, more: Partial<Target> = {}): Target => ({
  address,
  topics: [{ topic: "_/_/things/twin/events", namespaces: [] }],
  qos: 1,
  authorizationContext: ["test:subject"],
  headerMapping: {},
  payloadMapping: [],
  ...more,
});

export const connection = (more: Partial<Connection> = {}): Connection => ({
  id: "bridge",
  connectionType: "mqtt",
  connectionStatus: "open",
  uri: "tcp://127.0.0.1:1883",
  sources: [source(["in/#"])],
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
  readonly settings?: Partial<MqttSettings>;
  readonly tls?: TlsOptions;
  readonly clientIndex?: number;
  readonly isTest?: boolean;
}

/** A connector that is not open yet. */
export function bench(broker: Mosquitto, options: BenchOptions = {}): Bench {
  const { settings: own, tls, clientIndex = 0, isTest = false, ...more } = options;
  const received: Bench["received"] = [];
  const statuses: string[] = [];
  const logs: string[] = [];
  const lost: Error[] = [];
  // Sessions stay at the broker under the ID.
  const id = `${more.id ?? "bridge"}-${more.connectionType ?? "mqtt"}`;
  const parts: ConnectorParts = {
    connection: connection({ uri: broker.uri, ...more, id }),
    clientIndex,
    isTest,
    endpoint: { host: tls ? "localhost" : "127.0.0.1", port: broker.port },
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
  const connector = mqttTransport({ ...settings, ...own }).connector(parts);
  const made: Bench = {
    connector,
    received,
    statuses,
    logs,
    lost,
    onReceived: undefined,
    until: (count) =>
      vi.waitFor(
        () => {
          if (received.length < count)
            throw new Error(`${received.length} of ${count} messages were received.`);
        },
        { timeout: 15_000, interval: 10 },
      ),
    texts: () => received.map(({ payload }) => payload?.text() ?? ""),
    [Symbol.asyncDispose]: () => connector.close(),
  };
  return made;
}

export async function openBench(broker: Mosquitto, options?: BenchOptions): Promise<Bench> {
  const made = bench(broker, options);
  await made.connector.open();
  return made;
}

export const accept = (message: ReceivedMessage): boolean => {
  message.settle("accept");
  return true;
};

export type Stranger = MqttClient & AsyncDisposable;

/** Another client, made with mqtt.js. */
export async function stranger(broker: Mosquitto, options: IClientOptions = {}): Promise<Stranger> {
  const client = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, { reconnectPeriod: 0, ...options });
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.endAsync(true) });
}

export const publication = (
  address: string,
  text: string,
  qos = 1,
  headers: Record<string, string> = {},
) => ({
  address,
  qos,
  message: { headers, payload: textPayload(text) },
});

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
