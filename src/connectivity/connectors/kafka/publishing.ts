// Sends messages to Kafka in batches, topic by topic. Batches of a topic are on their way one behind the other without waiting for each
// other; messages of one partition arrive in the order in which they were given, and none twice.

import type { MessageToProduce } from "@platformatic/kafka";
import type { Publication, Published } from "../connector.ts";
import { publishAddress } from "./address.ts";
import { type Batch, type Refusal, sendBatch } from "./batch.ts";
import type { KafkaProducer } from "./clients.ts";
import { PublishFailure, publishFailure } from "./failures.ts";
import { Line } from "./line.ts";
import type { KafkaSettings } from "./settings.ts";

export interface PublishingParts {
  readonly producer: KafkaProducer;
  readonly settings: KafkaSettings["producer"];
  readonly isDebugEnabled: boolean;
  /** Goes with each message, in the header `ditto-connection-id`. */
  readonly connectionId: string;
  /** A batch was not taken. */
  failed(error: unknown): void;
}

const EMPTY = Buffer.alloc(0);
const CONNECTION_ID = Buffer.from("ditto-connection-id");

export class Publishing {
  readonly #parts: PublishingParts;
  readonly #connectionId: Buffer;
  /** By topic; those without messages are not kept. */
  readonly #lines = new Map<string, Line>();
  #waiting = 0;
  #onTheirWay = 0;
  #isScheduled = false;
  /** Counts messages without a key, which go to all partitions in turn. */
  #turn = 0;
  #number = 0;
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
      const { queueSize } = this.#parts.settings;
      if (this.#waiting >= queueSize) this.#sendFull();
      if (this.#waiting >= queueSize) throw tooMany(queueSize);
      this.#lineOf(message.topic).add({ message, size, number: ++this.#number, resolve, reject });
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
    for (const line of this.#lines.values()) line.close(this.#closed);
    this.#lines.clear();
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

  #lineOf(topic: string): Line {
    const known = this.#lines.get(topic);
    if (known !== undefined) return known;
    const { restarts } = this.#parts.settings;
    const line = new Line({ topic, restarts, rested: () => this.#sendFull() });
    this.#lines.set(topic, line);
    return line;
  }

  #sendFull(): void {
    for (let line = this.#nextLine(); line !== undefined; line = this.#nextLine()) this.#send(line);
  }

  /** Each in turn: the one that is taken goes to the end. */
  #nextLine(): Line | undefined {
    if (this.#onTheirWay >= this.#parts.settings.parallelism) return undefined;
    for (const [topic, line] of this.#lines) {
      if (!line.isReady) continue;
      this.#lines.delete(topic);
      this.#lines.set(topic, line);
      return line;
    }
    return undefined;
  }

  #send(line: Line): void {
    this.#onTheirWay++;
    const batch = line.takeBatch();
    this.#waiting -= batch.messages.length;
    void this.#outcomeOf(batch).then((refusal) => {
      this.#onTheirWay--;
      this.#settle(line, batch, refusal);
    });
  }

  async #outcomeOf(batch: Batch): Promise<Refusal | undefined> {
    try {
      return await sendBatch(this.#parts.producer, batch, this.#parts.isDebugEnabled, () => this.#turn++);
    } catch (error) {
      const failure = publishFailure(error);
      for (const { reject } of batch.messages) reject(failure);
      return { messages: [], error };
    }
  }

  #settle(line: Line, batch: Batch, refusal: Refusal | undefined): void {
    const before = line.waiting;
    line.settled(batch, refusal);
    this.#waiting += line.waiting - before;
    if (this.#closed !== undefined) line.close(this.#closed);
    else if (line.isEmpty) this.#lines.delete(batch.topic);
    if (refusal !== undefined) this.#parts.failed(refusal.error);
    this.#sendFull();
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
