// Rows of access that other members of a cluster are about to write: whoever searches waits for them as he does for those of
// his own member. A member says when it begins to have some, and is asked until it has none.

import type { Cluster } from "../../cluster/cluster.ts";

const BUSY = "search.access-busy";
const ASK = "search.access";
/** Who asks does not wait longer, in milliseconds; a search does not either. */
const ASK_MS = 2_000;

export interface OthersAccessParts {
  readonly cluster: Pick<Cluster, "isAlone" | "self" | "members" | "wire" | "watch">;
  /** Resolves once the rows of this member are written of policies that were told before the call. */
  readonly settled: () => Promise<void>;
  /** Whether others wait. */
  readonly isBusy: () => boolean;
}

interface Asking {
  readonly answered: Promise<void>;
  /** For those who come too late for this one. */
  next: Promise<void> | undefined;
}

export class OthersAccess {
  readonly #parts: OthersAccessParts;
  /** Members that have nothing to write; of all others it is not known. */
  readonly #idle = new Set<string>();
  readonly #asking = new Map<string, Asking>();
  /** How often anybody said that he begins. */
  #begun = 0;
  /** Whether all others know that this member may have something to write. */
  #isTold = false;
  #version = 0;

  constructor(parts: OthersAccessParts) {
    this.#parts = parts;
    const { cluster } = parts;
    if (cluster.isAlone) return;
    const begun = (from: string) => {
      this.#begun++;
      this.#idle.delete(from);
    };
    cluster.wire.onTold(BUSY, (_, from) => begun(from));
    cluster.wire.onLoss(begun);
    cluster.wire.onRequest(ASK, () => this.#answer());
    cluster.watch({
      viewed: ({ gone }) => {
        for (const { member } of gone) this.#idle.delete(member.id);
      },
      renewed: () => this.#idle.clear(),
    });
  }

  /** Something else whenever others may have written. */
  get version(): number {
    return this.#version;
  }

  /** Says that there will be something to write, before anybody can know of the change that brings it about. */
  announce(): void {
    if (this.#parts.cluster.isAlone || this.#isTold) return;
    this.#isTold = true;
    this.#parts.cluster.wire.tellAll(BUSY, "");
  }

  /** Resolves once others have written what was told to them before the call; after a bounded time where they do not answer. */
  async settled(): Promise<void> {
    const { cluster } = this.#parts;
    const others = cluster.members.filter(({ id }) => id !== cluster.self.id && !this.#idle.has(id));
    if (others.length > 0) await Promise.all(others.map(({ id }) => this.#ask(id)));
  }

  /** One question is under way, and one for all who came since. */
  #ask(member: string): Promise<void> {
    const asking = this.#asking.get(member);
    if (!asking) return this.#begin(member);
    asking.next ??= asking.answered.then(() => this.#begin(member));
    return asking.next;
  }

  #begin(member: string): Promise<void> {
    const known = this.#asking.get(member);
    if (known) return known.answered;
    const answered = this.#request(member).finally(() => this.#asking.delete(member));
    this.#asking.set(member, { answered, next: undefined });
    return answered;
  }

  async #request(member: string): Promise<void> {
    const begun = this.#begun;
    try {
      const answer = await this.#parts.cluster.wire.request(member, ASK, "", ASK_MS);
      // Where one began meanwhile, that may have been after it answered.
      if (answer === "idle" && begun === this.#begun) this.#idle.add(member);
    } catch {
      // It is gone, and others write what it would have; or it is asked again by the next who searches.
    }
    this.#version++;
  }

  async #answer(): Promise<string> {
    await this.#parts.settled();
    if (this.#parts.isBusy()) return "busy";
    this.#isTold = false;
    return "idle";
  }
}
