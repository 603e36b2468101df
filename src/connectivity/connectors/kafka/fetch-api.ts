// Fetch requests. The library reads all records of an answer at once, trusting their lengths, and refuses the whole where one is corrupt;
// here the bytes of each partition are left as they are, and each has its own outcome.

import {
  type Broker,
  type ConnectionPool,
  createAPI,
  fetchV4,
  fetchV5,
  fetchV6,
  fetchV7,
  fetchV8,
  fetchV9,
  fetchV10,
  fetchV11,
  fetchV12,
  fetchV13,
  fetchV14,
  fetchV15,
  fetchV16,
  fetchV17,
  kGetApi,
  type Reader,
} from "@platformatic/kafka";
import type { KafkaConsumer } from "./clients.ts";
import { Corrupt } from "./corrupt.ts";
import type { KafkaSettings } from "./settings.ts";

export interface FetchedPartition {
  /** Its name or its ID, as it was asked for. */
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  /** The offset behind its last record. */
  readonly highest: number;
  readonly records: Buffer;
}

export interface FetchAnswer {
  readonly errorCode: number;
  readonly partitions: readonly FetchedPartition[];
}

export interface WantedTopic {
  readonly name: string;
  readonly id: string;
  readonly partitions: readonly { readonly partition: number; readonly offset: number }[];
}

export interface FetchLimits {
  readonly maxWaitMs: number;
  readonly maxBytes: number;
  readonly maxPartitionBytes: number;
}

export const fetchLimits = ({ fetchMaxWait }: KafkaSettings): FetchLimits => ({
  maxWaitMs: fetchMaxWait,
  maxBytes: 4 * 1024 ** 2,
  maxPartitionBytes: 1024 ** 2,
});

type Arguments = Parameters<typeof fetchV17.createRequest>;

const FETCH = 1;
const FIRST_VERSION = 4;
/** From here on lengths are compact, and fields can be tagged. */
const FLEXIBLE = 12;
const WITH_TOPIC_IDS = 13;
const READ_UNCOMMITTED = 0;
const NO_SESSION = -1;

const older = [fetchV4, fetchV5, fetchV6, fetchV7, fetchV8, fetchV9, fetchV10];
const newer = [fetchV11, fetchV12, fetchV13, fetchV14, fetchV15, fetchV16, fetchV17];
const apis = [...older, ...newer].map(({ createRequest }, index) => {
  const version = FIRST_VERSION + index;
  const isFlexible = version >= FLEXIBLE;
  const parse = (_id: number, _key: number, _version: number, reader: Reader) => answerOf(reader, version);
  return createAPI<Arguments, FetchAnswer>(FETCH, version, createRequest, parse, isFlexible, isFlexible);
});

/** Asks a broker for what it has of partitions, with all that it needs to know in one request. */
export async function fetchFrom(
  consumer: KafkaConsumer,
  pool: ConnectionPool,
  broker: Broker,
  topics: readonly WantedTopic[],
  { maxWaitMs, maxBytes, maxPartitionBytes }: FetchLimits,
): Promise<FetchAnswer> {
  const version = await versionOf(consumer);
  const api = apis[version - FIRST_VERSION];
  if (api === undefined) throw new Error(`Kafka fetches by an unknown version (${version}).`);
  const wanted = topics.map(({ name, id, partitions }) => ({
    topicId: version < WITH_TOPIC_IDS ? name : id,
    partitions: partitions.map(({ partition, offset }) => ({
      partition,
      fetchOffset: BigInt(offset),
      partitionMaxBytes: maxPartitionBytes,
      currentLeaderEpoch: -1,
      lastFetchedEpoch: -1,
    })),
  }));
  const connection = await pool.get(broker);
  return api.async(connection, maxWaitMs, 1, maxBytes, READ_UNCOMMITTED, 0, NO_SESSION, wanted, [], "");
}

/** The highest that the cluster and the library both know. */
const versionOf = (consumer: KafkaConsumer): Promise<number> =>
  new Promise((resolve, reject) => {
    consumer[kGetApi]<Arguments, unknown>("Fetch", (error, api) =>
      api === undefined ? reject(error ?? new Error("Kafka has no way to fetch.")) : resolve(api.version),
    );
  });

function answerOf(reader: Reader, version: number): FetchAnswer {
  const isCompact = version >= FLEXIBLE;
  reader.readInt32(); // throttled for so long
  const errorCode = version >= 7 ? reader.readInt16() : 0;
  if (version >= 7) reader.readInt32(); // ID of a session
  const topics = reader.readArray(
    () => {
      const topic = version >= WITH_TOPIC_IDS ? reader.readUUID() : reader.readString(isCompact);
      return reader.readArray(() => partitionOf(reader, topic, version), isCompact, isCompact);
    },
    isCompact,
    isCompact,
  );
  return { errorCode, partitions: topics.flat() };
}

function partitionOf(reader: Reader, topic: string, version: number): FetchedPartition {
  const isCompact = version >= FLEXIBLE;
  const partition = reader.readInt32();
  const errorCode = reader.readInt16();
  const highest = Number(reader.readInt64());
  reader.readInt64(); // the last stable offset
  if (version >= 5) reader.readInt64(); // where the log starts
  // Aborted transactions, which do not matter to those who read what is not committed.
  reader.readNullableArray(() => reader.readInt64() + reader.readInt64(), isCompact, isCompact);
  if (version >= 11) reader.readInt32(); // a replica that is nearer
  return { topic, partition, errorCode, highest, records: bytesOf(reader, isCompact) };
}

/** The library would take a length below zero for a way back. */
function bytesOf(reader: Reader, isCompact: boolean): Buffer {
  const length = isCompact ? reader.readUnsignedVarInt() - 1 : reader.readInt32();
  if (length < -1 || length > reader.remaining) throw new Corrupt("The broker's answer is broken.");
  if (length <= 0) return NOTHING;
  const bytes = reader.buffer.slice(reader.position, reader.position + length);
  reader.skip(length);
  return bytes;
}

const NOTHING = Buffer.alloc(0);
