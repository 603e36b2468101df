// Sends messages to Kafka in batches, topic by topic. Batches of a topic are on their way one behind the other without waiting for each
// other, and none is sent again by itself: so messages of one partition arrive in the order in which they were given.

import type { MessageToProduce } from "@platformatic/kafka";
import type { Publication, Published } from "../connector.ts";
import { publishAddress } from "./address.ts";
import { type Batch, type Outgoing, sendBatch } from "./batch.ts";
import type { KafkaProducer } from "./clients.ts";
import { PublishFailure, publishFailure } from "./failures.ts";

export interface PublishingParts {
  readonly producer: KafkaProducer;
  readonly queueSize: number;
  readonly parallelism: number;
  readonly isDebugEnabled: boolean;
  /** Goes with each message, in the header `ditto-connection-id`. */
  readonly connectionId: string;
  /** A batch was not taken. */
  failed(error: unknown): void;
}

const MAX_BATCH_MESSAGES = 1_000;
/** Well below what brokers take by default; a larger message goes alone. */
const MAX_BATCH_BYTES = 256 * 1024;
const EMPTY = Buffer.alloc(0);
const CONNECTION_ID = Buffer.from("ditto-connection-id");

export class Publishing {
  readonly #parts: PublishingParts;
  readonly #connectionId: Buffer;
  /** Waiting messages by topic; topics without any are not kept. */
  readonly #queues = new Map<string, Outgoing[]>();
  #waiting = 0;
  #onTheirWay = 0;
  #isScheduled = false;
  /** Counts messages without a key, which go to all partitions in turn. */
  #turn = 0;
  #closed: PublishFailure | undefined;

  constructor(parts: PublishingParts) {
    this.#parts = parts;
    this.#connectionId = Buffer.from(parts.connectionId);
  }

  /** Rejects with a {@link PublishFailure}. */
  publish(publication: Publication): Promise<Published> {
    return new Promise((resolve, reject) => {
      if (this.#closed !== undefined) throw this.#closed;
      const { message, size } = this.#recordOf(publication);
      if (this.#waiting >= this.#parts.queueSize) this.#sendFull();
      if (this.#waiting >= this.#parts.queueSize) throw tooMany(this.#parts.queueSize);
      const queue = this.#queues.get(message.topic);
      const outgoing = { message, size, resolve, reject };
      if (queue === undefined) this.#queues.set(message.topic, [outgoing]);
      else queue.push(outgoing);
      this.#waiting++;
      this.#schedule();
    });
  }

  /** Rejects what waits, and all that comes. What is on its way is rejected when its connection closes. */
  close(): void {
    this.#closed = new PublishFailure(
      "The message was not published to Kafka: the connection was closed.",
      503,
    );
    for (const queue of this.#queues.values()) for (const { reject } of queue) reject(this.#closed);
    this.#queues.clear();
    this.#waiting = 0;
  }

  #recordOf({ address, message }: Publication): { message: MessageToProduce; size: number } {
    const { topic, key, partition } = addressOf(address);
    const headers = new Map<Buffer, Buffer>();
    let size = 0;
    for (const [name, text] of Object.entries(message.headers)) {
      const value = Buffer.from(text);
      headers.set(Buffer.from(name), value);
      size += name.length + value.length;
    }
    headers.set(CONNECTION_ID, this.#connectionId);
    const value = message.payload?.bytes() ?? EMPTY;
    const record: MessageToProduce = { topic, value, headers, timestamp: BigInt(Date.now()) };
    if (key !== undefined) record.key = Buffer.from(key);
    if (partition !== undefined) record.partition = partition;
    return { message: record, size: size + value.length };
  }

  /** What is published in one go, goes together. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#sendFull();
    });
  }

  #sendFull(): void {
    for (const [topic, queue] of this.#queues) {
      if (this.#onTheirWay >= this.#parts.parallelism) return;
      this.#send({ topic, messages: this.#takeBatch(topic, queue) });
    }
    if (this.#queues.size > 0) this.#schedule();
  }

  #takeBatch(topic: string, queue: Outgoing[]): Outgoing[] {
    let [count, bytes] = [0, 0];
    for (const { size } of queue) {
      bytes += size;
      if (count > 0 && (count >= MAX_BATCH_MESSAGES || bytes > MAX_BATCH_BYTES)) break;
      count++;
    }
    // To the end of the line of topics, so that each has its turn.
    this.#queues.delete(topic);
    if (count < queue.length) this.#queues.set(topic, queue.slice(count));
    this.#waiting -= count;
    return queue.slice(0, count);
  }

  #send(batch: Batch): void {
    this.#onTheirWay++;
    sendBatch(this.#parts.producer, batch, this.#parts.isDebugEnabled, () => this.#turn++)
      .catch((error: unknown) => {
        const failure = publishFailure(error);
        for (const { reject } of batch.messages) reject(failure);
        this.#parts.failed(error);
      })
      .finally(() => {
        this.#onTheirWay--;
        this.#sendFull();
      });
  }
}

function addressOf(address: string) {
  try {
    return publishAddress(address);
  } catch (error) {
    throw new PublishFailure(error instanceof Error ? error.message : String(error), 400, error);
  }
}

const tooMany = (size: number): PublishFailure =>
  new PublishFailure(
    `The message for Kafka was dropped: ${size} messages wait to be sent already. Its brokers are too slow, or the connection has too few clients.`,
    503,
  );
