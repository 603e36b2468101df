// Baselines on their way to and from the database: one call at a time, and of each version only the newest.

import type { PredictorStore } from "../stored/predictor-store.ts";

export type BaselineStore = Pick<PredictorStore, "baselines" | "putBaseline" | "deleteBaseline">;

/** After a failure nothing is tried for so long. */
const PAUSE_MS = 10_000;

/** Makes what is to be stored; `undefined`: nothing is. */
type MakeText = () => Promise<string | undefined>;

export class StoredBaselines {
  readonly #predictorId: string;
  readonly #store: BaselineStore;
  readonly #onLoaded: (baselines: ReadonlyMap<string, string>) => Promise<void>;
  readonly #onFailure: (error: unknown) => void;
  #isLoaded = false;
  #deletesAll = false;
  /** What is to be stored of a version, or that it is to be deleted. */
  readonly #wanted = new Map<string, MakeText | "deleted">();
  #running: Promise<void> | undefined;
  #notBefore = 0;

  constructor(
    predictorId: string,
    store: BaselineStore,
    onLoaded: (baselines: ReadonlyMap<string, string>) => Promise<void>,
    onFailure: (error: unknown) => void,
  ) {
    this.#predictorId = predictorId;
    this.#store = store;
    this.#onLoaded = onLoaded;
    this.#onFailure = onFailure;
  }

  /** Whether what was stored is taken up. */
  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  /** `text` is asked for when its turn comes. */
  save(version: string, text: MakeText): void {
    this.#wanted.set(version, text);
  }

  /** Deletes that of a version, or all. */
  delete(version: string | undefined): void {
    if (version === undefined) {
      this.#wanted.clear();
      this.#deletesAll = true;
    } else this.#wanted.set(version, "deleted");
  }

  /** Goes on with what there is to do, if there is any; soon after a failure, by a steady clock, it does not. */
  proceed(now: number): void {
    const hasWork = !this.#isLoaded || this.#deletesAll || this.#wanted.size > 0;
    if (!hasWork || this.#running || now < this.#notBefore) return;
    this.#running = this.#work()
      .catch((error: unknown) => {
        this.#notBefore = now + PAUSE_MS;
        this.#onFailure(error);
      })
      .finally(() => {
        this.#running = undefined;
      });
  }

  /** Resolves once all is stored that there was to store, or once that has failed. */
  async finish(): Promise<void> {
    await this.#running;
    if (!this.#isLoaded) return;
    this.proceed(Number.POSITIVE_INFINITY);
    await this.#running;
  }

  async #work(): Promise<void> {
    if (!this.#isLoaded) {
      const baselines = await this.#store.baselines(this.#predictorId);
      await this.#onLoaded(baselines).finally(() => {
        this.#isLoaded = true;
      });
    }
    while (this.#deletesAll || this.#wanted.size > 0) {
      if (this.#deletesAll) await this.#store.deleteBaseline(this.#predictorId);
      this.#deletesAll = false;
      for (const [version, wanted] of this.#wanted) {
        await this.#one(version, wanted);
        if (this.#wanted.get(version) === wanted) this.#wanted.delete(version);
      }
    }
  }

  async #one(version: string, wanted: MakeText | "deleted"): Promise<void> {
    if (wanted === "deleted") return this.#store.deleteBaseline(this.#predictorId, version);
    const text = await wanted();
    if (text !== undefined) await this.#store.putBaseline(this.#predictorId, version, text);
  }
}
