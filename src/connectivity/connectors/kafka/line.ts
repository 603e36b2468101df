// The messages for one topic, on their way to the broker. Several batches are on their way at once, so where a broker refuses one for a
// reason that passes, others may be refused as well, or not: the line waits until all have their fate, and goes on with the first that was
// refused. A message that another of its partition has overtaken meanwhile is given up, so that none arrives out of order.

import type { MessageToProduce } from "@platformatic/kafka";
import { BackOff } from "./back-off.ts";
import type { Batch, Outgoing, Refusal } from "./batch.ts";
import { type PublishFailure, publishFailure } from "./failures.ts";
import type { KafkaSettings } from "./settings.ts";

const MAX_BATCH_MESSAGES = 1_000;
/** Well below what brokers take by default; a larger message goes alone. */
const MAX_BATCH_BYTES = 256 * 1024;

export interface LineParts {
  readonly topic: string;
  readonly restarts: KafkaSettings["producer"]["restarts"];
  /** It can go on after a rest. */
  rested(): void;
}

export class Line {
  readonly #parts: LineParts;
  readonly #backOff: BackOff;
  #waiting: Outgoing[] = [];
  #refused: Outgoing[] = [];
  #refusal: unknown;
  #onTheirWay = 0;
  /** Number of the last message that each partition has taken. */
  readonly #taken = new Map<MessageToProduce["partition"], number>();
  #restarts: number[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isStale = false;
  /** A batch asks for fresh knowledge of the topic first; others, which would not, could overtake it. */
  #isRefreshing = false;

  constructor(parts: LineParts) {
    this.#parts = parts;
    this.#backOff = new BackOff(parts.restarts);
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Whether a batch may be sent now. */
  get isReady(): boolean {
    const isHeld = this.#refused.length > 0 || this.#isRefreshing || this.#timer !== undefined;
    return this.#waiting.length > 0 && !isHeld;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0 && this.#onTheirWay === 0;
  }

  add(outgoing: Outgoing): void {
    this.#waiting.push(outgoing);
  }

  /** The next batch, which is on its way from now on. */
  takeBatch(): Batch {
    let [count, bytes] = [0, 0];
    for (const { size } of this.#waiting) {
      bytes += size;
      if (count > 0 && (count >= MAX_BATCH_MESSAGES || bytes > MAX_BATCH_BYTES)) break;
      count++;
    }
    const messages = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    this.#onTheirWay++;
    const isStale = this.#isStale;
    this.#isStale = false;
    this.#isRefreshing = isStale;
    return { topic: this.#parts.topic, messages, isStale };
  }

  /** A batch has its fate, but for the messages that were refused. */
  settled({ messages, isStale }: Batch, refusal: Refusal | undefined): void {
    this.#onTheirWay--;
    if (isStale) this.#isRefreshing = false;
    const refused = new Set(refusal?.messages);
    for (const outgoing of messages) {
      if (refused.has(outgoing)) this.#refused.push(outgoing);
      else this.#noteTaken(outgoing);
    }
    this.#refusal = refusal?.error ?? this.#refusal;
    if (this.#refused.length > 0 && this.#onTheirWay === 0) this.#restart();
  }

  /** Gives all up that waits. */
  close(reason: PublishFailure): void {
    clearTimeout(this.#timer);
    for (const { reject } of [...this.#refused, ...this.#waiting]) reject(reason);
    this.#refused = [];
    this.#waiting = [];
  }

  #noteTaken({ message: { partition }, number }: Outgoing): void {
    this.#taken.set(partition, Math.max(number, this.#taken.get(partition) ?? 0));
  }

  /** What was refused goes first after a rest, unless that has happened too often. */
  #restart(): void {
    const { within, maxCount } = this.#parts.restarts;
    const [now, refused] = [Date.now(), this.#refused];
    this.#refused = [];
    this.#restarts = this.#restarts.filter((time) => time > now - within);
    const isTooOften = this.#restarts.length >= maxCount;
    const [again, lost] = parted(refused, (outgoing) => !isTooOften && !this.#isOvertaken(outgoing));
    for (const { reject } of lost) reject(publishFailure(this.#refusal));
    if (again.length === 0) return;
    this.#restarts.push(now);
    this.#waiting = [...again.sort((one, other) => one.number - other.number), ...this.#waiting];
    this.#isStale = true;
    this.#backOff.at(this.#waiting[0]?.number ?? 0);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#parts.rested();
    }, this.#backOff.next());
  }

  #isOvertaken({ message: { partition }, number }: Outgoing): boolean {
    return (this.#taken.get(partition) ?? 0) > number;
  }
}

function parted<T>(all: readonly T[], isFirst: (one: T) => boolean): [T[], T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}
