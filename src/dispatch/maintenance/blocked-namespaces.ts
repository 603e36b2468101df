// Which namespaces are blocked, as this process knows it: what is stored, read at the start and whenever it may have become
// another without this process being told.

import { isNamespacedId, namespaceOf } from "../../base/ids.ts";
import { namespaceBlocked } from "./errors.ts";

export class BlockedNamespaces {
  readonly #list: () => Promise<readonly string[]>;
  readonly #namespaces = new Set<string>();
  #reading: Promise<void> | undefined;

  /** `list` gives what is stored. */
  constructor(list: () => Promise<readonly string[]>) {
    this.#list = list;
  }

  /** Whether nothing is blocked, and that is certain: what stands before every command. */
  get isQuiet(): boolean {
    return this.#namespaces.size === 0 && this.#reading === undefined;
  }

  has(id: string): boolean {
    return this.#namespaces.size > 0 && this.#namespaces.has(namespaceOf(id));
  }

  /** Refuses with `namespace.blocked` what is of a blocked namespace; what is no ID is for others to refuse. */
  check(id: string): void {
    if (this.has(id) && isNamespacedId(id)) throw namespaceBlocked(namespaceOf(id));
  }

  add(namespace: string): void {
    this.#namespaces.add(namespace);
  }

  remove(namespace: string): void {
    this.#namespaces.delete(namespace);
  }

  /** Reads what is stored; those who ask meanwhile wait for it. Rejects where it cannot be read, and then what was known counts. */
  read(): Promise<void> {
    const reading = (this.#reading ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => this.#list())
      .then((stored) => {
        this.#namespaces.clear();
        for (const namespace of stored) this.#namespaces.add(namespace);
      })
      .finally(() => {
        if (this.#reading === reading) this.#reading = undefined;
      });
    this.#reading = reading;
    return reading;
  }

  /** Resolves when it is known what is stored, or that this cannot be known now. */
  async settled(): Promise<void> {
    await this.#reading?.catch(() => undefined);
  }
}
