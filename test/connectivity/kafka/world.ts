// A connector of Kafka with what it told, and a plain client of Kafka beside it.

import { Admin, Consumer, type KafkaRecord, Producer } from "@platformatic/kafka";
import type {
  Connector,
  ConnectorParts,
  ReceivedMessage,
} from "../../../src/connectivity/connectors/connector.ts";
import type { KafkaSettings } from "../../../src/connectivity/connectors/kafka/settings.ts";
import { kafkaTransport } from "../../../src/connectivity/connectors/kafka/transport.ts";
import {
  bytesPayload,
  type ExternalMessage,
  textPayload,
} from "../../../src/connectivity/external-message.ts";
import type { Connection, Source } from "../../../src/connectivity/model.ts";
import { type HostRules, type Hosts, hostsBy } from "../../../src/connectivity/net/hosts.ts";
import type { TlsOptions } from "../../../src/connectivity/net/tls.ts";
import { connectionOf, sourceOf } from "../world.ts";

/** As where no host is blocked. */
export const noRules: HostRules = {
  allowedHostnames: [],
  blockedHostnames: [],
  blockedSubnets: [],
  blockedHostRegex: undefined,
};

export const quickSettings: KafkaSettings = {
  throttling: undefined,
  restartBackOff: { min: 50, max: 400, randomFactor: 0 },
  fetchMaxWait: 200,
  metadataMaxAge: 180_000,
  sessionTimeout: 6_000,
  heartbeatInterval: 300,
  committer: { maxBatch: 10, maxInterval: 100 },
  producer: {
    queueSize: 1_000,
    parallelism: 10,
    compression: "none",
    restarts: { min: 50, max: 400, randomFactor: 0, maxCount: 5, within: 10_000 },
  },
};

export interface ClientOptions {
  readonly port: number;
  readonly id?: string;
  /** `user:password@` of the URI. */
  readonly login?: string;
  readonly tls?: Partial<TlsOptions>;
  readonly sources?: readonly Partial<Source>[];
  readonly config?: Readonly<Record<string, string>>;
  readonly settings?: Partial<KafkaSettings>;
  readonly isTest?: boolean;
  readonly hosts?: Hosts;
  /** Where it connects to first, by another name than the loopback address. */
  readonly host?: string;
  /** Of each message: whether more may come. All are accepted and more may come unless said. */
  received?(message: ReceivedMessage): boolean;
}

export interface Client extends AsyncDisposable {
  readonly connector: Connector;
  readonly received: ReceivedMessage[];
  readonly lost: Error[];
  readonly logs: string[];
  readonly statuses: string[];
  /** Addresses of which throttling was told. */
  readonly throttled: string[];
}

export const aSource = (source: Partial<Source>): Source => sourceOf({ addresses: [], qos: 1, ...source });

export const aConnection = (options: Omit<ClientOptions, "received">): Connection =>
  connectionOf({
    id: options.id ?? "kafka-test",
    connectionType: "kafka",
    uri: `${options.tls ? "ssl" : "tcp"}://${options.login ?? ""}127.0.0.1:${options.port}`,
    sources: (options.sources ?? []).map(aSource),
    specificConfig: {
      bootstrapServers: `127.0.0.1:${options.port}`,
      consumerOffsetReset: "earliest",
      ...options.config,
    },
  });

function accept(message: ReceivedMessage): boolean {
  message.settle("accept");
  return true;
}

/** A client that is not open yet. */
export function aClient(options: ClientOptions): Client {
  const [received, lost]: [ReceivedMessage[], Error[]] = [[], []];
  const [logs, statuses, throttled]: [string[], string[], string[]] = [[], [], []];
  const take = options.received ?? accept;
  const parts: ConnectorParts = {
    connection: aConnection(options),
    clientIndex: 0,
    isTest: options.isTest ?? false,
    endpoint: { host: options.host ?? "127.0.0.1", port: options.port },
    tls: options.tls && { servername: "127.0.0.1", rejectUnauthorized: true, ...options.tls },
    events: {
      received(_source, message) {
        received.push(message);
        return take(message);
      },
      lost: (reason) => lost.push(reason),
      addressStatus: (kind, address, status) => statuses.push(`${kind} ${address} ${status}`),
      throttled: (address) => throttled.push(address),
      log: (level, text) => logs.push(`${level}: ${text}`),
    },
  };
  const settings = { ...quickSettings, ...options.settings };
  const transport = kafkaTransport(settings, options.hosts ?? hostsBy(noRules));
  const connector = transport.connector(parts);
  return {
    ...{ connector, received, lost, logs, statuses, throttled },
    [Symbol.asyncDispose]: () => connector.close(),
  };
}

export async function openClient(options: ClientOptions): Promise<Client> {
  const client = aClient(options);
  await client.connector.open();
  return client;
}

export const textMessage = (text: string, headers = {}): ExternalMessage => ({
  headers,
  payload: textPayload(text),
});
export const bytesMessage = (bytes: Buffer): ExternalMessage => ({
  headers: {},
  payload: bytesPayload(bytes),
});
export const textOf = (message: ReceivedMessage | undefined): string | undefined => message?.payload?.text();

export interface Outside extends AsyncDisposable {
  /** Writes records, in their order. */
  write(
    topic: string,
    records: readonly (string | OutsideRecord)[],
    compression?: "gzip" | "snappy" | "lz4" | "zstd",
  ): Promise<void>;
  /** Gives a topic so many partitions. */
  addPartitions(topic: string, count: number): Promise<void>;
  /** Deletes the records of a partition before an offset. */
  deleteBefore(topic: string, partition: number, offset: number): Promise<void>;
  /** The first so many records of a topic. */
  read(topic: string, count: number): Promise<FoundRecord[]>;
  /** Gives what has come to a topic since it was last asked, from the first record on. */
  follow(topic: string): () => Promise<FoundRecord[]>;
  /** Where the group would go on in each partition; -1 where it has committed nothing. */
  committed(group: string, topic: string): Promise<number[]>;
}

export interface FoundRecord extends KafkaRecord {
  readonly partition: number;
}

export interface OutsideRecord {
  readonly value: string | Buffer;
  readonly key?: string;
  readonly partition?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

let readers = 0;

/** A plain client of the library. */
export function outside(port: number, isMock = true): Outside {
  const common = {
    clientId: "outside",
    bootstrapBrokers: [`127.0.0.1:${port}`],
    autocreateTopics: true,
    retries: 20,
    retryDelay: 100,
  };
  // Otherwise what is sent again, since a topic is just being made, could be there twice; the mock has no such trouble.
  const producer = new Producer({ ...common, idempotent: !isMock });
  const admin = new Admin(common);
  const opened: Consumer[] = [];
  /** Tests ask again and again, and each client has connections of its own. */
  const groups = new Map<string, Consumer>();
  const consumer = (groupId: string) => {
    const made = new Consumer({ ...common, groupId, maxWaitTime: 20 });
    opened.push(made);
    return made;
  };
  return {
    async write(topic, records, compression) {
      const messages = records.map((record) =>
        messageOf(topic, typeof record === "string" ? { value: record } : record),
      );
      await producer.send({ messages, ...(compression && { compression }) });
    },
    addPartitions: (topic, count) => admin.createPartitions({ topics: [{ name: topic, count }] }),
    async deleteBefore(topic, partition, offset) {
      await admin.deleteRecords({
        topics: [{ name: topic, partitions: [{ partition, offset: BigInt(offset) }] }],
      });
    },
    follow: (topic) => followTopic(consumer(`reader-${++readers}`), topic),
    read: (topic, count) => readRecords(consumer(`reader-${++readers}`), topic, count),
    async committed(group, topic) {
      const reader = groups.get(group) ?? consumer(group);
      groups.set(group, reader);
      const { topics } = await reader.metadata({ topics: [topic] });
      const partitions = Array.from({ length: topics.get(topic)?.partitionsCount ?? 0 }, (_, index) => index);
      const offsets = await reader.listCommittedOffsets({ topics: [{ topic, partitions }] });
      return (offsets.get(topic) ?? []).map(Number);
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled([
        producer.close(true),
        admin.close(),
        ...opened.map((one) => one.close(true)),
      ]);
    },
  };
}

async function readRecords(reader: Consumer, topic: string, count: number): Promise<FoundRecord[]> {
  const found: FoundRecord[] = [];
  const follow = followTopic(reader, topic);
  while (found.length < count) found.push(...(await follow()));
  return found;
}

/** Gives what has come to a topic since it was last asked, of one partition after the other. */
function followTopic(reader: Consumer, topic: string): () => Promise<FoundRecord[]> {
  const next = new Map<number, bigint>();
  let partition = -1;
  return async () => {
    const { topics } = await reader.metadata({ topics: [topic] });
    const { id, partitions } = topics.get(topic) ?? { id: "", partitions: [] };
    if (partitions.length === 0) return [];
    partition = (partition + 1) % partitions.length;
    const request = {
      partition,
      fetchOffset: next.get(partition) ?? 0n,
      partitionMaxBytes: 2_000_000,
      currentLeaderEpoch: -1,
      lastFetchedEpoch: -1,
    };
    const node = partitions[partition]?.leader ?? -1;
    const fetched = await reader.fetch({ node, topics: [{ topicId: id, partitions: [request] }] });
    const batches = fetched.responses[0]?.partitions[0]?.records ?? [];
    const found = batches.flatMap(({ firstOffset, records }) =>
      records.map((record) => ({ offset: firstOffset + BigInt(record.offsetDelta), record })),
    );
    const fresh = found.filter(({ offset }) => offset >= request.fetchOffset);
    next.set(partition, (fresh.at(-1)?.offset ?? request.fetchOffset - 1n) + 1n);
    return fresh.map(({ record }) => ({ ...record, partition: request.partition }));
  };
}

function messageOf(topic: string, { value, key, partition, headers = {} }: OutsideRecord) {
  const entries = Object.entries(headers).map(
    ([name, text]) => [Buffer.from(name), Buffer.from(text)] as const,
  );
  return {
    topic,
    value: Buffer.isBuffer(value) ? value : Buffer.from(value),
    headers: new Map(entries),
    ...(key === undefined ? {} : { key: Buffer.from(key) }),
    ...(partition === undefined ? {} : { partition }),
  };
}
