// Which namespaces are blocked, as this process knows it: what is stored, read at the start and whenever it may have become
// another without this process being told.

import { isNamespacedId, namespaceOf } from "../../base/ids.ts";
import { serviceUnavailable } from "../errors.ts";
import { namespaceBlocked } from "./errors.ts";

export class BlockedNamespaces {
  readonly #list: () => Promise<readonly string[]>;
  readonly #namespaces = new Set<string>();
  #reading: Promise<void> | undefined;
  /** Counts what makes an answer that is under way too old. */
  #version = 0;
  /** Whether the last read succeeded. */
  #isKnown = true;

  /** `list` gives what is stored. */
  constructor(list: () => Promise<readonly string[]>) {
    this.#list = list;
  }

  /** Whether nothing is blocked, and that is certain: what stands before every command. */
  get isQuiet(): boolean {
    return this.#namespaces.size === 0 && this.#reading === undefined && this.#isKnown;
  }

  has(id: string): boolean {
    return this.#namespaces.size > 0 && this.#namespaces.has(namespaceOf(id));
  }

  /** Refuses with `namespace.blocked` what is of a blocked namespace; what is no ID is for others to refuse. */
  check(id: string): void {
    if (this.has(id) && isNamespacedId(id)) throw namespaceBlocked(namespaceOf(id));
  }

  /** To be called once it is stored. */
  add(namespace: string): void {
    this.#version++;
    this.#namespaces.add(namespace);
  }

  /** To be called once it is stored no more. */
  remove(namespace: string): void {
    this.#version++;
    this.#namespaces.delete(namespace);
  }

  /**
   * Reads what is stored by now; those who ask meanwhile wait for it. Rejects where it cannot be read: then it is not known what is
   * blocked until another read succeeds.
   */
  read(): Promise<void> {
    this.#version++;
    this.#reading ??= this.#readOn().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** An answer that something has overtaken is asked for again: it may be of before. */
  async #readOn(): Promise<void> {
    for (;;) {
      const version = this.#version;
      const stored = await this.#list().catch((error: unknown) => {
        this.#isKnown = false;
        throw error;
      });
      if (version !== this.#version) continue;
      this.#namespaces.clear();
      for (const namespace of stored) this.#namespaces.add(namespace);
      this.#isKnown = true;
      return;
    }
  }

  /** Resolves when it is known what is stored. Rejects with `service.unavailable` where this cannot be known now. */
  async settled(): Promise<void> {
    await this.#reading?.catch(() => undefined);
    if (!this.#isKnown) throw serviceUnavailable();
  }
}
