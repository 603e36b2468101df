// A connector and a stranger at one server.

import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection, type NodeConnectionOptions } from "@nats-io/transport-node";
import type { NatsSettings } from "../../../src/connectivity/connectors/nats/settings.ts";
import { natsTransport } from "../../../src/connectivity/connectors/nats/transport.ts";
import type { Connection, Source, Target } from "../../../src/connectivity/model.ts";
import { anyHosts, type Hosts } from "../../../src/connectivity/net/hosts.ts";
import type { TlsOptions } from "../../../src/connectivity/net/tls.ts";
import type { NatsServer } from "../../support/brokers/nats.ts";
import { type Bench, benchOf } from "../harness.ts";
import { connectionOf, sourceOf, targetOf } from "../world.ts";

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

export const source = (addresses: readonly string[], more: Partial<Source> = {}): Source =>
  sourceOf({ addresses, ...more });

export const target = (address: string, more: Partial<Target> = {}): Target => targetOf({ address, ...more });

export const connection = (more: Partial<Connection> = {}): Connection =>
  connectionOf({ connectionType: "nats", uri: "nats://127.0.0.1:4222", ...more });

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
  return benchOf(natsTransport({ ...settings, ...own }, hosts), {
    connection: connection({ uri: server.uri, ...more }),
    clientIndex,
    isTest,
    endpoint: { host: tls ? "localhost" : "127.0.0.1", port },
    tls,
  });
}

export async function openBench(server: NatsServer, options?: BenchOptions): Promise<Bench> {
  const made = bench(server, options);
  await made.connector.open();
  return made;
}

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
