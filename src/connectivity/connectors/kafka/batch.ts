// One batch of messages for one topic: which partitions they go to, and what became of each.

import type { MessageToProduce, ProduceResult } from "@platformatic/kafka";
import { textPayload } from "../../external-message.ts";
import type { Published } from "../connector.ts";
import { type KafkaProducer, TOPIC_RETRIES } from "./clients.ts";
import { PublishFailure } from "./failures.ts";
import { hashOfKey } from "./murmur2.ts";

/** A message with the way to tell of its fate. */
export interface Outgoing {
  readonly message: MessageToProduce;
  /** In bytes, about. */
  readonly size: number;
  resolve(published: Published): void;
  reject(failure: PublishFailure): void;
}

export interface Batch {
  readonly topic: string;
  readonly messages: readonly Outgoing[];
}

const NO_CONTENT: Published = { status: 204 };
const jsonHeaders = { "content-type": "application/json" };

/**
 * Sends the messages and tells each of its fate. Rejects where a fault concerns all of them; those that were told already take no notice of
 * what they are told then.
 */
export async function sendBatch(
  producer: KafkaProducer,
  batch: Batch,
  isDebugEnabled: boolean,
  turn: () => number,
): Promise<void> {
  const sendable = await withPartitions(producer, batch, turn);
  if (sendable.length === 0) return;
  try {
    const result = await producer.send({ messages: sendable.map(({ message }) => message), acks: 1 });
    tell(sendable, result, isDebugEnabled);
  } catch (error) {
    // Some partitions may have taken theirs.
    tell(sendable, (error as { produced?: ProduceResult }).produced ?? {}, isDebugEnabled);
    throw error;
  }
}

/** Chooses a partition for those that have none; refuses those whose partition does not exist. */
async function withPartitions(
  producer: KafkaProducer,
  { topic, messages }: Batch,
  turn: () => number,
): Promise<readonly Outgoing[]> {
  const { topics } = await producer.metadata({ topics: [topic], retries: TOPIC_RETRIES });
  const count = topics.get(topic)?.partitionsCount ?? 0;
  if (count === 0) throw new PublishFailure(`Kafka has no topic ${topic}.`, 400);
  return messages.filter(({ message, reject }) => {
    message.partition ??= (message.key === undefined ? turn() : hashOfKey(message.key)) % count;
    if (message.partition < count) return true;
    reject(
      new PublishFailure(
        `The topic ${topic} has no partition ${message.partition}, but ${count} of them.`,
        400,
      ),
    );
    return false;
  });
}

/** Messages of one partition have offsets that follow each other. */
function tell(messages: readonly Outgoing[], { offsets = [] }: ProduceResult, isDebugEnabled: boolean): void {
  const next = new Map(offsets.map(({ partition, offset }) => [partition, offset]));
  for (const outgoing of messages) {
    const { partition = 0 } = outgoing.message;
    const offset = next.get(partition);
    if (offset === undefined) continue;
    next.set(partition, offset + 1n);
    outgoing.resolve(isDebugEnabled ? withMetadata(outgoing, offset) : NO_CONTENT);
  }
}

/** As the fields of Kafka's `RecordMetadata`. */
function withMetadata({ message }: Outgoing, offset: bigint): Published {
  const metadata = {
    timestamp: Number(message.timestamp),
    serializedKeySize: message.key?.length ?? -1,
    serializedValueSize: message.value?.length ?? -1,
    topic: message.topic,
    partition: message.partition,
    ...(offset >= 0n ? { offset: Number(offset) } : {}),
  };
  return { status: 200, answer: { headers: jsonHeaders, payload: textPayload(JSON.stringify(metadata)) } };
}
