// What is sent when: so many at a time, and what belongs to one thing one after the other.

interface Job {
  readonly key: string | undefined;
  start(): void;
  drop(reason: Error): void;
}

/**
 * Works off jobs in the order of their arrival, a few at once. Those with the same key never overlap and keep their order; those
 * without one only begin in order.
 */
export class Lanes {
  readonly #parallelism: number;
  readonly #maxWaiting: number;
  /** Next to start. */
  readonly #ready = new Set<Job>();
  /** Keys that are at work or ready, with what comes after. */
  readonly #behind = new Map<string, Job[]>();
  #running = 0;
  #waiting = 0;
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(parallelism: number, maxWaiting: number) {
    this.#parallelism = parallelism;
    this.#maxWaiting = maxWaiting;
  }

  /** Does some work in its turn; rejects with `tooMany` where too many jobs wait, with what `drop` says, and as the work does. */
  run<T>(key: string | undefined, work: () => Promise<T>, tooMany: () => Error): Promise<T> {
    if (this.#waiting >= this.#maxWaiting) return Promise.reject(tooMany());
    return new Promise((resolve, reject) => {
      const start = () => {
        work()
          .then(resolve, reject)
          .finally(() => this.#done(job));
      };
      // With one at a time everything is in order anyway.
      const job: Job = { key: this.#parallelism === 1 ? undefined : key, start, drop: reject };
      this.#waiting++;
      this.#line(job);
      this.#pump();
    });
  }

  /** Rejects whatever has not begun. */
  drop(reason: Error): void {
    const dropped = [...this.#ready, ...[...this.#behind.values()].flat()];
    this.#ready.clear();
    this.#behind.clear();
    this.#waiting = 0;
    for (const job of dropped) job.drop(reason);
  }

  /** Resolves when nothing is at work or waits. */
  async idle(): Promise<void> {
    if (this.#running + this.#waiting === 0) return;
    this.#idle ??= Promise.withResolvers();
    await this.#idle.promise;
  }

  #line(job: Job): void {
    const { key } = job;
    const behind = key === undefined ? undefined : this.#behind.get(key);
    if (behind) {
      behind.push(job);
      return;
    }
    if (key !== undefined) this.#behind.set(key, []);
    this.#ready.add(job);
  }

  #pump(): void {
    for (const job of this.#ready) {
      if (this.#running >= this.#parallelism) return;
      this.#ready.delete(job);
      this.#waiting--;
      this.#running++;
      job.start();
    }
  }

  #done({ key }: Job): void {
    this.#running--;
    if (key !== undefined) {
      const next = this.#behind.get(key)?.shift();
      if (next) this.#ready.add(next);
      else this.#behind.delete(key);
    }
    this.#pump();
    if (this.#running + this.#waiting > 0) return;
    this.#idle?.resolve();
    this.#idle = undefined;
  }
}
