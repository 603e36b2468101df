// Loads asked for at the same time share one query.

import { type EntityKey, JournalUnavailable, type Recorded } from "./journal.ts";
import { keyText } from "./statements.ts";

export interface LoaderLimits {
  /** Keys of one query. */
  readonly batchKeys: number;
  /** Queries in flight at once. */
  readonly queries: number;
  /** Keys waiting for a query; beyond, a load is refused at once. */
  readonly queueKeys: number;
}

export const LOADER_LIMITS: LoaderLimits = { batchKeys: 200, queries: 4, queueKeys: 20_000 };

interface Load {
  readonly key: EntityKey;
  readonly result: PromiseWithResolvers<Recorded>;
}

export class Loader {
  readonly #read: (keys: readonly EntityKey[]) => Promise<readonly Recorded[]>;
  readonly #limits: LoaderLimits;
  /** Not yet sent, by key. One that is sent is not shared any more: it may miss what was committed since. */
  readonly #waiting = new Map<string, Load>();
  #inFlight = 0;
  #scheduled = false;

  constructor(read: (keys: readonly EntityKey[]) => Promise<readonly Recorded[]>, limits: LoaderLimits) {
    this.#read = read;
    this.#limits = limits;
  }

  load(key: EntityKey): Promise<Recorded> {
    const text = keyText(key);
    const waiting = this.#waiting.get(text);
    if (waiting !== undefined) return waiting.result.promise;
    if (this.#waiting.size >= this.#limits.queueKeys)
      return Promise.reject(new JournalUnavailable("Too many reads wait for the database."));
    const load: Load = { key, result: Promise.withResolvers() };
    this.#waiting.set(text, load);
    if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => this.#send());
    }
    return load.result.promise;
  }

  #send(): void {
    this.#scheduled = false;
    while (this.#waiting.size > 0 && this.#inFlight < this.#limits.queries) {
      const batch = [...this.#waiting].slice(0, this.#limits.batchKeys);
      for (const [text] of batch) this.#waiting.delete(text);
      void this.#query(batch.map(([, load]) => load));
    }
  }

  async #query(batch: readonly Load[]): Promise<void> {
    this.#inFlight++;
    try {
      const found = await this.#read(batch.map((load) => load.key));
      for (const [i, load] of batch.entries()) load.result.resolve(found[i]!);
    } catch (error) {
      for (const load of batch) load.result.reject(error);
    } finally {
      this.#inFlight--;
      this.#send();
    }
  }
}
