// A policy that changes: the rows of access that it counts in are written anew, its own before those of importers.

import type { LimitFunction } from "p-limit";
import type { AccessKey } from "../store.ts";
import type { AccessRows } from "./access-rows.ts";
import { Backlog } from "./backlog.ts";
import { Loop } from "./loop.ts";
import type { IndexerParts } from "./parts.ts";
import { type Steady, Stopped } from "./steady.ts";

/** Policies of one step, and rows of one turn. */
const POLICIES = 50;
const PAGE = 100;

export interface PolicyChangesParts extends Pick<IndexerParts, "store" | "log"> {
  readonly access: AccessRows;
  readonly inTurn: LimitFunction;
  readonly steady: Steady;
  /** Nothing is written before. */
  readonly ready: Promise<void>;
  readonly most: number;
  /** Told when so much waits that a change is not remembered. */
  readonly onOverflow: () => void;
  /** Told when a change is given up for a reason that nobody foresaw. */
  readonly onFault: () => void;
}

export class PolicyChanges {
  readonly #parts: PolicyChangesParts;
  readonly #direct: Backlog;
  /** Policies whose own rows are written, of others more than a page. */
  readonly #dependents: Backlog;
  #current: { readonly id: string; after: AccessKey | undefined } | undefined;
  /** Since when some of these wait, at the latest. */
  #dependentsSince = Number.POSITIVE_INFINITY;
  readonly #loop: Loop;

  constructor(parts: PolicyChangesParts) {
    this.#parts = parts;
    this.#direct = new Backlog(parts.most);
    this.#dependents = new Backlog(parts.most);
    this.#loop = new Loop(
      parts.ready,
      () => this.isBusy,
      () => (this.#direct.size > 0 ? this.#writeDirect() : this.#writePageOfDependents()),
    );
  }

  /** Whether rows are or may be out of date. */
  get isBusy(): boolean {
    return this.waiting > 0 || this.#direct.since !== undefined;
  }

  /** For how long the oldest change waits, in milliseconds. */
  get lagMs(): number {
    const since = Math.min(this.#direct.since ?? Number.POSITIVE_INFINITY, this.#dependentsSince);
    return Number.isFinite(since) ? Math.max(Date.now() - since, 0) : 0;
  }

  get waiting(): number {
    return this.#direct.size + this.#dependents.size + (this.#current ? 1 : 0);
  }

  /** Tells of a committed change; false where too much waits. */
  tell(id: string, revision: number): boolean {
    const change = this.#direct.tell(id, revision);
    if (!change) this.#parts.onOverflow();
    this.#loop.wake();
    return change !== undefined;
  }

  /** Resolves once all rows are written of policies told before the call. */
  async settled(): Promise<void> {
    await this.#direct.settled();
    await this.#dependents.settled();
  }

  asleep(): Promise<void> {
    return this.#loop.asleep();
  }

  async #writeDirect(): Promise<void> {
    for (const [id, { revision, since }] of this.#direct.take(POLICIES)) {
      await this.#try(id, async () => {
        if (!(await this.#rewriteFirst(id))) return;
        if (!this.#dependents.tell(id, revision)) this.#parts.onOverflow();
        this.#dependentsSince = Math.min(this.#dependentsSince, since);
      });
    }
    this.#direct.done();
  }

  /** Its own rows, and those of others where they are few; otherwise resolves with true. */
  async #rewriteFirst(id: string): Promise<boolean> {
    const { store, access } = this.#parts;
    const page = await store.accessFrom(id, undefined, PAGE);
    if (page.length < PAGE) {
      await access.write(page.toSorted((a, b) => Number(b.policyId === id) - Number(a.policyId === id)));
      return false;
    }
    let after: AccessKey | undefined = { policyId: id, namespace: "" };
    while (after) {
      const next: readonly AccessKey[] = await store.accessFrom(id, after, PAGE);
      const own = next.filter(({ policyId }) => policyId === id);
      await access.write(own);
      after = own.length < PAGE ? undefined : own.at(-1);
    }
    return true;
  }

  async #writePageOfDependents(): Promise<void> {
    const [taken] = this.#current ? [this.#current.id] : this.#dependents.take(1).keys();
    this.#current ??= { id: taken as string, after: undefined };
    const { id, after } = this.#current;
    this.#current.after = await this.#try(id, async () => {
      const page = await this.#parts.store.accessFrom(id, after, PAGE);
      await this.#parts.access.write(page);
      return page.length < PAGE ? undefined : page.at(-1);
    });
    if (this.#current.after) return;
    this.#current = undefined;
    this.#dependents.done();
    if (this.#dependents.since === undefined) this.#dependentsSince = Number.POSITIVE_INFINITY;
  }

  /** Does a step in turn with all other writes; what is wrong with its policy does not stop the others. */
  async #try<T>(policyId: string, step: () => Promise<T>): Promise<T | undefined> {
    const { steady, inTurn, log } = this.#parts;
    try {
      return await steady.run(() => inTurn(step));
    } catch (error) {
      if (error instanceof Stopped) throw error;
      log.error(
        { policyId, err: error },
        "who may find the things of a policy could not be brought up to date",
      );
      this.#parts.onFault();
      return undefined;
    }
  }
}
