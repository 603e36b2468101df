// Where partitions begin.

import { type GroupAssignment, ListOffsetTimestamps } from "@platformatic/kafka";
import type { KafkaConsumer } from "./clients.ts";
import type { OffsetReset } from "./options.ts";

export interface Start {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** What the group has committed; -1 for nothing. */
  readonly committed: number;
}

/** Each where the group has committed, or else where `reset` says. */
export async function startsOf(
  consumer: KafkaConsumer,
  reset: OffsetReset,
  assignments: readonly GroupAssignment[],
): Promise<Start[]> {
  if (assignments.length === 0) return [];
  const committed = await consumer.listCommittedOffsets({ topics: [...assignments] });
  const starts = assignments.flatMap(({ topic, partitions }) =>
    partitions.map((partition) => ({
      topic,
      partition,
      committed: Number(committed.get(topic)?.[partition] ?? -1n),
    })),
  );
  return Promise.all(
    starts.map(async (start) => ({
      ...start,
      offset: start.committed >= 0 ? start.committed : await firstOffset(consumer, reset, start),
    })),
  );
}

/** The earliest may be beyond 0, where old messages were deleted; the broker says so when it is asked for them. */
const firstOffset = async (consumer: KafkaConsumer, reset: OffsetReset, start: Omit<Start, "offset">) =>
  reset === "earliest" ? 0 : offsetNow(consumer, reset, start);

/** The earliest offset that the broker has, or the one behind its latest. */
export async function offsetNow(
  consumer: KafkaConsumer,
  reset: OffsetReset,
  { topic, partition }: { readonly topic: string; readonly partition: number },
): Promise<number> {
  const timestamp = reset === "earliest" ? ListOffsetTimestamps.EARLIEST : ListOffsetTimestamps.LATEST;
  const partitions = { [topic]: [partition] };
  const offsets = await consumer.listOffsets({ topics: [topic], partitions, timestamp });
  return Number(offsets.get(topic)?.[partition] ?? 0n);
}
