// What is on its way to other members, so that what follows it about the same entity does not overtake it by another way.

interface Entry {
  to: string;
  count: number;
  idle: PromiseWithResolvers<void> | undefined;
}

/** Holds no more than there are open requests. */
export class UnderWay {
  readonly #entries = new Map<string, Entry>();

  /** Something about an entity sets out to a member; the function, to be called once, says that it has come to its end. */
  begin(id: string, to: string): () => void {
    const entry = this.#entries.get(id) ?? { to, count: 0, idle: undefined };
    entry.to = to;
    entry.count++;
    this.#entries.set(id, entry);
    return () => {
      if (--entry.count > 0) return;
      this.#entries.delete(id);
      entry.idle?.resolve();
    };
  }

  /** Whether anything about the entity is on its way. */
  has(id: string): boolean {
    return this.#entries.has(id);
  }

  /** Whether anything about the entity is on its way to another member than this. */
  isElsewhere(id: string, than: string): boolean {
    if (this.#entries.size === 0) return false;
    const entry = this.#entries.get(id);
    return entry !== undefined && entry.to !== than;
  }

  /** Resolves once nothing about the entity is on its way. */
  async idle(id: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (!entry) return;
    entry.idle ??= Promise.withResolvers();
    await entry.idle.promise;
  }
}
