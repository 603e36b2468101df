// Fetches the messages of partitions from their leaders, with one request at a time for each broker.

import type { ClusterMetadata, ConnectionPool } from "@platformatic/kafka";
import { type KafkaConsumer, TOPIC_RETRIES } from "./clients.ts";
import { mayPass, protocolError } from "./failures.ts";
import { type FetchAnswer, type FetchLimits, fetchFrom, type WantedTopic } from "./fetch-api.ts";
import type { Flow } from "./flow.ts";
import { Patience } from "./patience.ts";
import { type Split, splitBatches } from "./split.ts";

export interface FetchingParts {
  readonly consumer: KafkaConsumer;
  /** Apart from that of the group, since a fetch may take long. */
  readonly pool: ConnectionPool;
  readonly topics: readonly string[];
  readonly limits: FetchLimits;
  flows(): readonly Flow[];
  /** Whether messages are wanted at all. */
  isOpen(): boolean;
  /** Messages have come. */
  fetched(): void;
  /** The broker has not the messages any more that would come next. */
  outOfRange(flows: readonly Flow[]): Promise<void>;
  failed(error: unknown): void;
}

const OFFSET_OUT_OF_RANGE = 1;
const CORRUPT_MESSAGE = 2;
const LEADER_NOT_AVAILABLE = 5;

export class Fetching {
  readonly #parts: FetchingParts;
  readonly #busyBrokers = new Set<number>();
  readonly #patience: Patience;
  /** Whether what is known of brokers and leaders has proved wrong. */
  #isStale = false;

  constructor(parts: FetchingParts) {
    this.#parts = parts;
    this.#patience = new Patience(() => this.start());
  }

  /** Fetches wherever more is wanted and nothing is on its way. */
  start(): void {
    if (!this.#parts.isOpen() || !this.#parts.flows().some((flow) => this.#wants(flow))) return;
    this.#start().catch((error: unknown) => this.#parts.failed(error));
  }

  stop(): void {
    this.#patience.stop();
  }

  #wants(flow: Flow): boolean {
    return flow.isHungry && !this.#patience.rests(flow);
  }

  async #start(): Promise<void> {
    const { topics, brokers } = await this.#metadata();
    if (!this.#parts.isOpen()) return;
    const wanting = this.#parts.flows().filter((flow) => this.#wants(flow));
    const byBroker = Map.groupBy(
      wanting,
      ({ topic, partition }) => topics.get(topic)?.partitions[partition]?.leader ?? -1,
    );
    for (const [node, flows] of byBroker) {
      if (this.#busyBrokers.has(node)) continue;
      this.#busyBrokers.add(node);
      const broker = brokers.get(node);
      const wanted = wantedOf(flows, topics);
      const fetching = broker === undefined ? noLeader() : this.#fetch(broker, flows, wanted);
      fetching
        .catch((error: unknown) => this.#trouble(flows, error))
        .finally(() => {
          this.#busyBrokers.delete(node);
          this.start();
        });
    }
  }

  #metadata(): Promise<ClusterMetadata> {
    const forceUpdate = this.#isStale;
    this.#isStale = false;
    return this.#parts.consumer.metadata({
      topics: [...this.#parts.topics],
      forceUpdate,
      retries: TOPIC_RETRIES,
    });
  }

  async #fetch(
    broker: { readonly host: string; readonly port: number },
    flows: readonly Flow[],
    wanted: readonly WantedTopic[],
  ): Promise<void> {
    const { consumer, pool, limits } = this.#parts;
    const offsets = new Map(flows.map((flow) => [flow, flow.fetchOffset]));
    const answer = await fetchFrom(consumer, pool, broker, wanted, limits);
    if (answer.errorCode !== 0) throw protocolError(answer.errorCode);
    const names = new Map(wanted.flatMap(({ id, name }) => [[id, name] as const, [name, name] as const]));
    const missed = this.#take(
      answer,
      (topic, partition) =>
        flows.find((flow) => flow.partition === partition && flow.topic === names.get(topic)),
      offsets,
    );
    this.#parts.fetched();
    if (missed.length > 0) await this.#parts.outOfRange(missed);
  }

  /** Gives those whose next messages the broker has not any more. */
  #take(
    { partitions }: FetchAnswer,
    flowOf: (topic: string, partition: number) => Flow | undefined,
    offsets: ReadonlyMap<Flow, number>,
  ): readonly Flow[] {
    const missed: Flow[] = [];
    for (const { topic, partition, errorCode, highest, records } of partitions) {
      const flow = flowOf(topic, partition);
      const offset = flow && offsets.get(flow);
      if (flow === undefined || offset === undefined) continue;
      if (errorCode === OFFSET_OUT_OF_RANGE) missed.push(flow);
      else if (errorCode !== 0 && errorCode !== CORRUPT_MESSAGE)
        this.#trouble([flow], protocolError(errorCode));
      else {
        this.#patience.renew(flow);
        const isCorrupt = errorCode === CORRUPT_MESSAGE;
        flow.fetched(offset, isCorrupt ? unreadable(offset) : splitBatches(records, offset, highest));
      }
    }
    return missed;
  }

  /** Leaders move and connections break: that is tried again, with fresh knowledge of the cluster, for a while. */
  #trouble(flows: readonly Flow[], error: unknown): void {
    this.#isStale = true;
    if (!mayPass(error) || flows.some((flow) => !this.#patience.rest(flow))) this.#parts.failed(error);
  }
}

async function noLeader(): Promise<never> {
  throw protocolError(LEADER_NOT_AVAILABLE);
}

const unreadable = (offset: number): Split => ({
  batches: [],
  fault: { offset, next: offset + 1, reason: "the broker itself cannot read it" },
});

function wantedOf(flows: readonly Flow[], topics: ClusterMetadata["topics"]): readonly WantedTopic[] {
  const byTopic = Map.groupBy(flows, ({ topic }) => topic);
  return [...byTopic].map(([name, ofTopic]) => ({
    name,
    id: topics.get(name)?.id ?? "",
    partitions: ofTopic.map(({ partition, fetchOffset }) => ({ partition, offset: fetchOffset })),
  }));
}
