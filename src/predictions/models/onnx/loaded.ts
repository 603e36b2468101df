// The models that a process has loaded, in the order in which they were last used.

import type { Session } from "./session.ts";

export class Loaded {
  readonly #maxSessions: number;
  readonly #maxBytes: number;
  /** To the lengths of their files, which is about what they take. */
  readonly #sessions = new Map<Session, number>();
  /** Those whose process was told how they are run. */
  readonly #planned = new Set<Session>();
  #bytes = 0;

  constructor(maxSessions: number, maxBytes: number) {
    this.#maxSessions = maxSessions;
    this.#maxBytes = maxBytes;
  }

  get size(): number {
    return this.#sessions.size;
  }

  has(session: Session): boolean {
    return this.#sessions.has(session);
  }

  /** Whether it is loaded; then it was used last. */
  touch(session: Session): boolean {
    const bytes = this.#sessions.get(session);
    if (bytes === undefined) return false;
    this.#sessions.delete(session);
    this.#sessions.set(session, bytes);
    return true;
  }

  add(session: Session, bytes: number): void {
    this.#sessions.set(session, bytes);
    this.#bytes += bytes;
  }

  /** True once for each time it is loaded. */
  needsPlan(session: Session): boolean {
    if (this.#planned.has(session)) return false;
    this.#planned.add(session);
    return true;
  }

  delete(session: Session): boolean {
    this.#planned.delete(session);
    this.#bytes -= this.#sessions.get(session) ?? 0;
    return this.#sessions.delete(session);
  }

  clear(): void {
    this.#sessions.clear();
    this.#planned.clear();
    this.#bytes = 0;
  }

  /** Takes out those that were not used for longest, until there is room for a file. */
  makeRoom(bytes: number): Session[] {
    const gone: Session[] = [];
    for (const session of this.#sessions.keys()) {
      if (this.#sessions.size < this.#maxSessions && this.#bytes + bytes <= this.#maxBytes) break;
      this.delete(session);
      gone.push(session);
    }
    return gone;
  }
}
