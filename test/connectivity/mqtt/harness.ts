// A connector and a stranger at one broker.

import { connect, connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import type { MqttSettings } from "../../../src/connectivity/connectors/mqtt/settings.ts";
import { mqttTransport } from "../../../src/connectivity/connectors/mqtt/transport.ts";
import type { Connection, Source, Target } from "../../../src/connectivity/model.ts";
import type { TlsOptions } from "../../../src/connectivity/net/tls.ts";
import type { Mosquitto } from "../../support/brokers/mosquitto.ts";
import { type Bench, benchOf, pause } from "../harness.ts";
import { connectionOf, sourceOf, targetOf } from "../world.ts";

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
  maxPacketBytes: 10_000_000,
  throttling: undefined,
  preserveKnownHeaders: true,
};

export const source = (addresses: readonly string[], more: Partial<Source> = {}): Source =>
  sourceOf({ addresses, qos: 1, ...more });

export const target = (address: string, more: Partial<Target> = {}): Target =>
  targetOf({ address, qos: 1, ...more });

export const connection = (more: Partial<Connection> = {}): Connection =>
  connectionOf({ sources: [source(["in/#"])], ...more });

export interface BenchOptions extends Partial<Connection> {
  readonly settings?: Partial<MqttSettings>;
  readonly tls?: TlsOptions;
  readonly clientIndex?: number;
  readonly isTest?: boolean;
}

/** A connector that is not open yet. */
export function bench(broker: Mosquitto, options: BenchOptions = {}): Bench {
  const { settings: own, tls, clientIndex = 0, isTest = false, ...more } = options;
  // Sessions stay at the broker under the ID.
  const id = `${more.id ?? "bridge"}-${more.connectionType ?? "mqtt"}`;
  return benchOf(mqttTransport({ ...settings, ...own }), {
    connection: connection({ uri: broker.uri, ...more, id }),
    clientIndex,
    isTest,
    endpoint: { host: tls ? "localhost" : "127.0.0.1", port: broker.port },
    tls,
  });
}

export async function openBench(broker: Mosquitto, options?: BenchOptions): Promise<Bench> {
  const made = bench(broker, options);
  await made.connector.open();
  return made;
}

export type Stranger = MqttClient & AsyncDisposable;

/** Another client, made with mqtt.js. */
export async function stranger(broker: Mosquitto, options: IClientOptions = {}): Promise<Stranger> {
  const client = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, { reconnectPeriod: 0, ...options });
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.endAsync(true) });
}

/** What waits in the session that the broker keeps under this client ID; undefined without one, as there is none afterwards. */
export async function takeSession(broker: Mosquitto, clientId: string): Promise<string[] | undefined> {
  const texts: string[] = [];
  const client = connect(`mqtt://127.0.0.1:${broker.port}`, {
    ...{ clientId, clean: false, protocolVersion: 5, reconnectPeriod: 0 },
    properties: { sessionExpiryInterval: 0 },
  }).on("message", (_, payload) => void texts.push(payload.toString()));
  const isKept = await new Promise<boolean>((resolve, reject) => {
    client.once("connect", ({ sessionPresent }) => resolve(sessionPresent)).once("error", reject);
  });
  if (isKept) await pause(200);
  await client.endAsync();
  return isKept ? texts : undefined;
}
