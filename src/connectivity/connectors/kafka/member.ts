// One member of the consumer group: it joins, gets partitions, and passes their messages on until they are taken away again.
//
// While the group shares its partitions out anew nothing is handed over. A partition that stays with us goes on as it was, as long as we
// were never thrown out of the group; one that does not is forgotten, with all that is not settled of it: its next owner gets that again.

import type { ConnectionPool, GroupAssignment } from "@platformatic/kafka";
import type { ConnectorEvents, ConnectorParts } from "../connector.ts";
import { isAmong, nameOf, without } from "./assignments.ts";
import { consumerOf, fetchPool, type KafkaConsumer, TOPIC_RETRIES } from "./clients.ts";
import { type CommittedOffset, Committer } from "./committer.ts";
import { fetchLimits } from "./fetch-api.ts";
import { Fetching } from "./fetching.ts";
import { Flow } from "./flow.ts";
import { HandingOver } from "./handing-over.ts";
import type { KafkaHosts } from "./hosts.ts";
import { Lane } from "./lane.ts";
import { offsetNow, type Start, startsOf } from "./offsets.ts";
import { type OffsetReset, offsetReset, skipsCorrupt } from "./options.ts";
import { Room } from "./room.ts";
import type { KafkaSettings } from "./settings.ts";
import type { Fault } from "./split.ts";
import { within } from "./within.ts";

/** On closing; what could not be committed comes again. */
const COMMIT_WITHIN_MS = 2_000;

export interface MemberParts {
  readonly connector: ConnectorParts;
  readonly settings: KafkaSettings;
  /** What it consumes: the index of the source and the topic. */
  readonly subscriptions: readonly Subscription[];
  readonly events: ConnectorEvents;
  /** Where it may connect to. */
  readonly hosts: KafkaHosts;
  /** Whether messages may be handed over. */
  isOpen(): boolean;
  lost(error: unknown): void;
}

export interface Subscription {
  readonly source: number;
  readonly topic: string;
  readonly isAtLeastOnce: boolean;
}

interface Joined {
  readonly memberId: string;
  readonly assignments: readonly GroupAssignment[];
}

export class Member {
  readonly #parts: MemberParts;
  readonly #consumer: KafkaConsumer;
  readonly #pool: ConnectionPool;
  readonly #reset: OffsetReset;
  readonly #topics: readonly string[];
  readonly #lanes: Map<string, Lane[]>;
  readonly #committer: Committer;
  readonly #fetching: Fetching;
  readonly #handingOver: HandingOver;
  readonly #room = new Room(() => this.#handingOver.start());
  #flows: Flow[] = [];
  #memberId: string | undefined;
  /** Counts up whenever partitions are shared out. */
  #generation = 0;
  #isSharing = true;
  #assigned: Promise<void> = Promise.resolve();
  #partitionCounts = "";

  constructor(parts: MemberParts) {
    this.#parts = parts;
    this.#topics = [...new Set(parts.subscriptions.map(({ topic }) => topic))];
    this.#reset = offsetReset(parts.connector.connection) ?? "latest";
    this.#lanes = lanesOf(parts);
    this.#consumer = consumerOf(parts.connector, parts.settings, parts.hosts);
    this.#pool = fetchPool(parts.connector, parts.settings, parts.hosts);
    this.#committer = this.#newCommitter();
    this.#fetching = this.#newFetching();
    this.#handingOver = this.#newHandingOver();
    this.#listen();
  }

  /** Resolves when partitions are assigned, which can be none. */
  async open(): Promise<void> {
    this.#consumer.topics.trackAll(...this.#topics);
    await this.#consumer.metadata({ topics: [...this.#topics], retries: TOPIC_RETRIES });
    await this.#consumer.joinGroup({});
    await this.#assigned;
  }

  /** Only looks whether it could be opened. */
  async probe(): Promise<void> {
    await this.#consumer.metadata({ topics: [...this.#topics], retries: TOPIC_RETRIES });
    await this.#consumer.findGroupCoordinator();
  }

  resume(): void {
    this.#handingOver.start();
    this.#fetching.start();
  }

  /** Hands nothing over any more. */
  stop(): void {
    this.#fetching.stop();
    this.#handingOver.stop();
  }

  /** Commits what is settled and leaves the group. May reject. */
  async close(): Promise<void> {
    this.stop();
    if (this.#memberId !== undefined) await within(COMMIT_WITHIN_MS, this.#committer.flush());
    this.#committer.stop();
    this.#forget(this.#flows);
    await Promise.allSettled([this.#pool.close(), this.#consumer.close(true)]);
  }

  get #isOpen(): boolean {
    return !this.#isSharing && this.#parts.isOpen();
  }

  #newCommitter(): Committer {
    return new Committer({
      ...this.#parts.settings.committer,
      flows: () => this.#flows,
      commit: (offsets) => this.#commit(offsets),
      failed: (reason) =>
        this.#parts.events.log("failure", `Offsets could not be committed to Kafka: ${reason}`),
    });
  }

  async #commit(offsets: CommittedOffset[]): Promise<void> {
    try {
      await this.#consumer.commit({ offsets });
    } catch (error) {
      // A commit that finds the group shared out anew joins again; where that fails nobody else notices.
      if (this.#isSharing) this.#parts.lost(error);
      throw error;
    }
  }

  #newFetching(): Fetching {
    return new Fetching({
      consumer: this.#consumer,
      pool: this.#pool,
      topics: this.#topics,
      limits: fetchLimits(this.#parts.settings),
      flows: () => this.#flows,
      isOpen: () => this.#isOpen,
      fetched: () => this.#handingOver.start(),
      outOfRange: (flows) => this.#moveToReset(flows),
      failed: (error) => this.#parts.lost(error),
    });
  }

  #newHandingOver(): HandingOver {
    return new HandingOver({
      flows: () => this.#flows,
      isOpen: () => this.#isOpen,
      received: (flow, message) => this.#parts.events.received(flow.lane.source, message),
      throttled: ({ topic }) => this.#parts.events.throttled(topic),
      after: () => this.#fetching.start(),
    });
  }

  #listen(): void {
    const { lost } = this.#parts;
    this.#consumer.on("error", lost);
    this.#consumer.on("consumer:heartbeat:stalled", ({ lastError }) =>
      lost(lastError ?? new Error("The group did not answer for too long.")),
    );
    this.#consumer.on("consumer:group:rebalance", () => {
      // The request goes out ahead of the one to join anew.
      if (!this.#isSharing) void this.#committer.flush();
      this.#isSharing = true;
    });
    this.#consumer.on("consumer:group:join", ({ memberId, assignments }) => {
      this.#assigned = this.#assign({ memberId, assignments: assignments ?? [] });
      this.#assigned.catch(lost);
    });
    this.#consumer.on("client:metadata", ({ topics }) => this.#lookForNewPartitions(topics));
  }

  async #assign({ memberId, assignments }: Joined): Promise<void> {
    const generation = ++this.#generation;
    const isSameMember = memberId === this.#memberId;
    this.#memberId = memberId;
    const kept = this.#flows.filter((flow) => isSameMember && isAmong(assignments, flow));
    this.#forget(this.#flows.filter((flow) => !kept.includes(flow)));
    this.#flows = kept;
    const starts = await startsOf(this.#consumer, this.#reset, without(assignments, kept));
    // Meanwhile partitions may have been shared out once more.
    if (generation !== this.#generation) return;
    this.#flows = [...kept, ...starts.map((start) => this.#newFlow(start))];
    this.#isSharing = false;
    this.#tellStatus();
    void this.#committer.flush();
    this.resume();
  }

  #newFlow({ topic, partition, offset, committed }: Start): Flow {
    const lanes = this.#lanes.get(topic) ?? [];
    // Where several sources have the topic, they share its partitions.
    const lane = lanes[partition % lanes.length];
    if (lane === undefined) throw new Error(`The group assigns the topic ${topic}, which is none of ours.`);
    const isThrottled = this.#parts.settings.throttling !== undefined;
    return new Flow(
      {
        lane,
        partition,
        restartBackOff: this.#parts.settings.restartBackOff,
        room: this.#room,
        skipsCorrupt: skipsCorrupt(this.#parts.connector.connection),
        settled: () => {
          this.#committer.note();
          if (isThrottled) this.#handingOver.start();
        },
        ready: () => this.resume(),
        corrupt: (flow, fault) => this.#tellCorrupt(flow, fault),
        mended: () => this.#tellStatus(),
      },
      offset,
      committed,
    );
  }

  async #moveToReset(flows: readonly Flow[]): Promise<void> {
    for (const flow of flows) {
      const offset = await offsetNow(this.#consumer, this.#reset, flow);
      const text = `Kafka has no message ${flow.fetchOffset} of ${nameOf(flow)} any more; going on at ${offset}.`;
      if (flow.fetchOffset > 0) this.#parts.events.log("failure", text);
      flow.moveTo(offset);
    }
  }

  #forget(flows: readonly Flow[]): void {
    for (const flow of flows) flow.close();
  }

  #tellStatus(): void {
    for (const topic of this.#topics) {
      const partitions = this.#flows.filter((flow) => flow.topic === topic).map(({ partition }) => partition);
      const details =
        partitions.length > 0 ? `partitions ${partitions.join(", ")}` : "no partitions are left for it";
      this.#parts.events.addressStatus("source", topic, "open", details);
    }
  }

  #tellCorrupt(flow: Flow, { offset, next, reason }: Fault): void {
    const { events, connector } = this.#parts;
    const isSkipped = skipsCorrupt(connector.connection);
    const outcome = isSkipped
      ? `going on at ${next}`
      : "the partition waits until that can be read, or is passed";
    const text = `What Kafka has at offset ${offset} of ${nameOf(flow)} is corrupt: ${reason}; ${outcome}.`;
    events.log("failure", text);
    if (!isSkipped) events.addressStatus("source", flow.topic, "failed", text);
  }

  /** Partitions that were added to a topic are shared out when a member joins anew. */
  #lookForNewPartitions(topics: ReadonlyMap<string, { readonly partitionsCount: number }>): void {
    const counts = this.#topics.map((topic) => topics.get(topic)?.partitionsCount ?? 0).join();
    const isNew = this.#partitionCounts !== "" && this.#partitionCounts !== counts;
    this.#partitionCounts = counts;
    if (isNew && this.#isOpen) this.#consumer.joinGroup({}).catch(this.#parts.lost);
  }
}

function lanesOf({ subscriptions, settings }: MemberParts): Map<string, Lane[]> {
  const lanes = subscriptions.map(
    ({ source, topic, isAtLeastOnce }) => new Lane(source, topic, isAtLeastOnce, settings.throttling),
  );
  return Map.groupBy(lanes, ({ topic }) => topic);
}
