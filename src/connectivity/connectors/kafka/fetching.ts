// Fetches the messages of partitions from their leaders, with one request at a time for each broker.

import type { ConnectionPool, FetchOptions } from "@platformatic/kafka";
import { type KafkaConsumer, maxPartitionBytes } from "./clients.ts";
import { hasApiId } from "./failures.ts";
import type { Flow } from "./flow.ts";

export interface FetchingParts {
  readonly consumer: KafkaConsumer;
  /** Apart from that of the group, since a fetch may take long. */
  readonly pool: ConnectionPool;
  readonly topics: readonly string[];
  flows(): readonly Flow[];
  /** Whether messages are wanted at all. */
  isOpen(): boolean;
  /** Messages have come. */
  fetched(): void;
  /** The broker has not the messages any more that would come next. */
  outOfRange(flows: readonly Flow[]): Promise<void>;
  failed(error: unknown): void;
}

type FetchResponse = Awaited<ReturnType<KafkaConsumer["fetch"]>>;

const OFFSET_OUT_OF_RANGE = 1;

export class Fetching {
  readonly #parts: FetchingParts;
  readonly #busyBrokers = new Set<number>();

  constructor(parts: FetchingParts) {
    this.#parts = parts;
  }

  /** Fetches wherever more is wanted and nothing is on its way. */
  start(): void {
    if (!this.#parts.isOpen() || !this.#parts.flows().some((flow) => flow.isHungry)) return;
    this.#start().catch((error: unknown) => this.#parts.failed(error));
  }

  async #start(): Promise<void> {
    const { topics } = await this.#parts.consumer.metadata({ topics: [...this.#parts.topics] });
    if (!this.#parts.isOpen()) return;
    const byBroker = Map.groupBy(
      this.#parts.flows().filter((flow) => flow.isHungry),
      ({ topic, partition }) => topics.get(topic)?.partitions[partition]?.leader ?? -1,
    );
    for (const [broker, flows] of byBroker) {
      if (this.#busyBrokers.has(broker)) continue;
      this.#busyBrokers.add(broker);
      const ids = new Map(flows.map(({ topic }) => [topics.get(topic)?.id ?? "", topic]));
      this.#fetch(broker, flows, ids)
        .catch((error: unknown) => this.#parts.failed(error))
        .finally(() => {
          this.#busyBrokers.delete(broker);
          this.start();
        });
    }
  }

  async #fetch(node: number, flows: readonly Flow[], topicIds: Map<string, string>): Promise<void> {
    const wanted = new Map(flows.map((flow) => [flow, flow.fetchOffset]));
    const topics = [...topicIds].map(([topicId, topic]) => ({
      topicId,
      partitions: flows.filter((flow) => flow.topic === topic).map(requestOf),
    }));
    const request: FetchOptions<Buffer, Buffer, Buffer, Buffer> = {
      node,
      topics,
      connectionPool: this.#parts.pool,
    };
    const response = await this.#parts.consumer.fetch(request).catch((error: unknown) => {
      if (!hasApiId(error, "OFFSET_OUT_OF_RANGE")) throw error;
      return responseIn(error);
    });
    const missed: Flow[] = [];
    for (const { topicId, partitions } of response.responses) {
      for (const { partitionIndex, errorCode, records } of partitions) {
        const flow = flows.find(
          (one) => one.partition === partitionIndex && one.topic === topicIds.get(topicId),
        );
        if (flow === undefined) continue;
        if (errorCode === OFFSET_OUT_OF_RANGE) missed.push(flow);
        flow.fetched(wanted.get(flow) ?? -1, records ?? []);
      }
    }
    this.#parts.fetched();
    if (missed.length > 0) await this.#parts.outOfRange(missed);
  }
}

const requestOf = ({ partition, fetchOffset }: Flow) => ({
  partition,
  fetchOffset: BigInt(fetchOffset),
  partitionMaxBytes: maxPartitionBytes,
  currentLeaderEpoch: -1,
  lastFetchedEpoch: -1,
});

/** Errors of single partitions come with the whole response. */
function responseIn(error: unknown): FetchResponse {
  const open: unknown[] = [error];
  for (let at = 0; at < open.length; at++) {
    const fault = open[at] as { response?: FetchResponse; errors?: unknown[] } | undefined;
    if (fault?.response?.responses !== undefined) return fault.response;
    open.push(...(fault?.errors ?? []));
  }
  throw error;
}
