// One batch of messages for one topic: which partitions they go to, and what became of each.

import type { MessageToProduce } from "@platformatic/kafka";
import { textPayload } from "../../external-message.ts";
import type { Published } from "../connector.ts";
import { type KafkaProducer, TOPIC_RETRIES } from "./clients.ts";
import { PublishFailure, publishFailure } from "./failures.ts";
import { hashOfKey } from "./murmur2.ts";
import { outcomeOf } from "./outcome.ts";

/** A message with the way to tell of its fate. */
export interface Outgoing {
  readonly message: MessageToProduce;
  /** In bytes, about. */
  readonly size: number;
  /** Grows with each message that is given to be published. */
  readonly number: number;
  resolve(published: Published): void;
  reject(failure: PublishFailure): void;
}

export interface Batch {
  readonly topic: string;
  readonly messages: readonly Outgoing[];
  /** Whether what is known of the topic has proved wrong. */
  readonly isStale: boolean;
}

/** Messages that no broker has taken, for a reason that may pass. */
export interface Refusal {
  readonly messages: readonly Outgoing[];
  readonly error: unknown;
}

const NO_CONTENT: Published = { status: 204 };
const jsonHeaders = { "content-type": "application/json" };

/**
 * Sends the messages and tells each of its fate, but for those that can be sent again without harm, which it gives. Rejects where nothing
 * was sent.
 */
export async function sendBatch(
  producer: KafkaProducer,
  batch: Batch,
  isDebugEnabled: boolean,
  turn: () => number,
): Promise<Refusal | undefined> {
  const sendable = await withPartitions(producer, batch, turn);
  if (sendable.length === 0) return undefined;
  try {
    const { offsets = [] } = await producer.send({
      messages: sendable.map(({ message }) => message),
      acks: 1,
    });
    const taken = new Map(offsets.map(({ partition, offset }) => [partition, offset]));
    for (const { reject } of tell(sendable, taken, isDebugEnabled)) reject(unanswered());
    return undefined;
  } catch (error) {
    // Some partitions may have taken theirs.
    const { offsets, isRefused } = outcomeOf(error);
    const left = tell(sendable, offsets, isDebugEnabled);
    const messages = left.filter(({ message }) => isRefused(message.partition));
    for (const { message, reject } of left) if (!isRefused(message.partition)) reject(publishFailure(error));
    return { messages, error };
  }
}

/** Chooses a partition for those that have none; refuses those whose partition does not exist. */
async function withPartitions(
  producer: KafkaProducer,
  { topic, messages, isStale }: Batch,
  turn: () => number,
): Promise<readonly Outgoing[]> {
  const { topics } = await producer.metadata({
    topics: [topic],
    retries: TOPIC_RETRIES,
    forceUpdate: isStale,
  });
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

/** Messages of one partition have offsets that follow each other. Gives those that have none. */
function tell(
  messages: readonly Outgoing[],
  offsets: Map<number, bigint>,
  isDebugEnabled: boolean,
): readonly Outgoing[] {
  return messages.filter((outgoing) => {
    const { partition = 0 } = outgoing.message;
    const offset = offsets.get(partition);
    if (offset === undefined) return true;
    offsets.set(partition, offset + 1n);
    outgoing.resolve(isDebugEnabled ? withMetadata(outgoing, offset) : NO_CONTENT);
    return false;
  });
}

const unanswered = (): PublishFailure =>
  new PublishFailure(
    "It is not known whether the message was published to Kafka: the broker said nothing of it.",
    500,
  );

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
