// Commits how far partitions are settled: after so many messages, after some time at the latest, one request at a time.

import { reasonText } from "./failures.ts";
import type { Flow } from "./flow.ts";

export interface CommitterParts {
  readonly maxBatch: number;
  /** Milliseconds. */
  readonly maxInterval: number;
  flows(): Iterable<Flow>;
  commit(offsets: CommittedOffset[]): Promise<void>;
  failed(reason: string): void;
}

export interface CommittedOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly leaderEpoch: number;
}

export class Committer {
  readonly #parts: CommitterParts;
  #settled = 0;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isDue = false;

  constructor(parts: CommitterParts) {
    this.#parts = parts;
  }

  /** A message was settled. */
  note(): void {
    this.#settled++;
    if (this.#settled >= this.#parts.maxBatch) this.#startUnlessRunning();
    else this.#timer ??= setTimeout(this.#onTime, this.#parts.maxInterval);
  }

  /** Commits all that is settled by now. Never rejects. */
  async flush(): Promise<void> {
    await this.#running;
    this.#startUnlessRunning();
    await this.#running;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  readonly #onTime = (): void => {
    this.#timer = undefined;
    this.#startUnlessRunning();
  };

  /** What is due while a commit runs is done after it. */
  #startUnlessRunning(): void {
    if (this.#running !== undefined) {
      this.#isDue = true;
      return;
    }
    this.stop();
    this.#isDue = false;
    this.#settled = 0;
    this.#running = this.#commit().finally(() => {
      this.#running = undefined;
      if (this.#isDue) this.#startUnlessRunning();
    });
  }

  async #commit(): Promise<void> {
    const taken = new Map<Flow, CommittedOffset>();
    for (const flow of this.#parts.flows()) {
      const offset = flow.takeCommittable();
      if (offset === undefined) continue;
      const { topic, partition } = flow;
      taken.set(flow, { topic, partition, offset: BigInt(offset), leaderEpoch: -1 });
    }
    if (taken.size === 0) return;
    try {
      await this.#parts.commit([...taken.values()]);
    } catch (error) {
      for (const flow of taken.keys()) flow.commitFailed();
      this.#parts.failed(reasonText(error));
    }
  }
}
