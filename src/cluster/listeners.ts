// Tells those who want to know of views, in the order that cluster.ts promises.

import type { ViewChange, ViewListener } from "./cluster.ts";
import type { ClusterLog } from "./options.ts";

/** A listener that takes longer than this to let go is told to the log, since others wait for it. */
const LONG_MS = 5_000;

export class Listeners {
  readonly #log: ClusterLog;
  readonly #all = new Set<ViewListener>();

  constructor(log: ClusterLog) {
    this.#log = log;
  }

  watch(listener: ViewListener): () => void {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }

  viewed(change: ViewChange): void {
    this.#tell((listener) => listener.viewed?.(change));
  }

  acquired(change: ViewChange): void {
    this.#tell((listener) => listener.acquired?.(change));
  }

  renewed(): void {
    this.#tell((listener) => listener.renewed?.());
  }

  /** Resolves when all have let go. */
  async release(change: ViewChange): Promise<void> {
    const late = setTimeout(
      () =>
        this.#log("warning", "What this member does not own any more is not let go yet; others wait for it."),
      LONG_MS,
    ).unref();
    await Promise.all([...this.#all].map((listener) => this.#released(listener, change)));
    clearTimeout(late);
  }

  async #released(listener: ViewListener, change: ViewChange): Promise<void> {
    try {
      await listener.release?.(change);
    } catch (error) {
      this.#failed(error);
    }
  }

  #tell(call: (listener: ViewListener) => void): void {
    for (const listener of [...this.#all]) {
      try {
        call(listener);
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  #failed(error: unknown): void {
    this.#log("warning", `A listener of the cluster failed: ${String((error as Error).stack ?? error)}`);
  }
}
