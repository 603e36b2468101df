// What a member of a cluster keeps of things and policies: what it owns, and copies of policies, of whose changes their owners tell
// all members before they answer. What it owns no longer it finishes and forgets before others begin.

import { setTimeout as later } from "node:timers/promises";
import { isObject } from "../../base/json/json.ts";
import { parseStored } from "../../base/json/parse.ts";
import type { Cluster, Share, ViewChange } from "../../cluster/cluster.ts";
import { JournalUnavailable } from "../../journal/journal.ts";
import { plainJson, stateOfJson } from "../../protocol/wire-signals.ts";
import type { EntityState } from "../../signals/signal.ts";
import type { Entities, Tenure } from "../entities.ts";
import { extentOf } from "../extent.ts";
import type { Parts } from "../ready.ts";
import type { Spread } from "../record.ts";
import type { Turns } from "../turns.ts";
import type { Unconfirmed } from "../unconfirmed.ts";

/** On the wire: a policy has changed; somebody wrote who does not own the thing any more. */
const POLICY = "policy";
const STRAY = "thing";
/** Longer states are not told: copies are dropped then, and read from the journal. */
const LONGEST_STATE = 131_072;
/** How long a writer waits until all members know, in milliseconds; they are told on. */
const TELLING_MS = 15_000;
/** How long what has begun may take to be decided before an entity is let go of, in milliseconds. */
const FINISH_MS = 2_000;

export interface CustodyOptions {
  /** The IDs of policies that count in others before they exist: of their births too everybody is told. */
  readonly roots?: ReadonlySet<string>;
  /** Told of each change of a policy that another member owns, once the copy of it is that. Must not throw. */
  readonly onPolicy?: (id: string, revision: number) => void;
  /** After how many milliseconds it counts as not known that all members know of a change; 15,000 unless given. */
  readonly tellingMs?: number;
}

export class Custody {
  readonly things: Tenure;
  readonly policies: Tenure;
  readonly #cluster: Cluster;
  readonly #options: CustodyOptions;
  /** What is not served any more, and still to be finished. */
  readonly #leaving = new Set<Share>();

  constructor(cluster: Cluster, options: CustodyOptions = {}) {
    this.#cluster = cluster;
    this.#options = options;
    const owns = (id: string) => this.#mayFinish(id);
    this.things = { owns, isTold: () => false };
    this.policies = { owns, isTold: () => cluster.leaseHolds() };
  }

  /** Nobody else begins with what is let go of until it is released. */
  #mayFinish(id: string): boolean {
    if (this.#cluster.mayServe(id)) return true;
    if (this.#leaving.size === 0 || !this.#cluster.leaseHolds()) return false;
    return [...this.#leaving].some((share) => share.has(id));
  }

  /** For those who record changes: see {@link Spread}. */
  readonly spread: Spread = (kind, id, before, now) => {
    if (kind === "policy") return this.#isNews(id, before, now) ? this.#tellAll(id, now) : undefined;
    if (!this.#mayFinish(id)) this.#tellOwner(id, now.revision);
    return undefined;
  };

  /** Who has no copy of a policy reads it when it is needed, so that most births need not be told. */
  #isNews(id: string, before: EntityState["value"], { revision }: EntityState): boolean {
    return before !== undefined || revision > 1 || this.#options.roots?.has(id) === true;
  }

  #tellAll(id: string, state: EntityState): Promise<void> {
    const text = JSON.stringify({ id, state: plainJson(state) });
    const told = text.length <= LONGEST_STATE ? text : JSON.stringify({ id, revision: state.revision });
    const known = this.#cluster.wire.requestAll(POLICY, told).catch((error: unknown) => {
      throw new JournalUnavailable("Not all members know of the change.", { cause: error });
    });
    const { promise: isLate, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(new JournalUnavailable("Not all members know of the change in time.")),
      this.#options.tellingMs ?? TELLING_MS,
    ).unref();
    return Promise.race([known, isLate]).finally(() => clearTimeout(timer));
  }

  #tellOwner(id: string, revision: number): void {
    const owner = this.#cluster.ownerOf(id);
    if (owner !== this.#cluster.self.id)
      this.#cluster.wire.tell(owner, STRAY, JSON.stringify({ id, revision }));
  }

  /**
   * Looks after these from now on; `turns` are those of their dispatcher, and `settle` is awaited before what this member does not own
   * any more is let go of. To be called before the cluster is entered.
   */
  keep(
    { things, policies }: Pick<Parts, "things" | "policies">,
    turns: Turns,
    settle: Unconfirmed["release"],
  ): void {
    const { wire } = this.#cluster;
    const both = [things, policies];
    const forget = (has: (id: string) => boolean) => {
      for (const entities of both) entities.forget(has);
    };
    wire.onRequest(POLICY, async (payload) => {
      this.#learn(policies, payload);
      return "";
    });
    wire.onTold(STRAY, (payload) => {
      const { id, revision } = JSON.parse(payload) as { readonly id: string; readonly revision: number };
      things.expire(id, revision);
    });
    this.#cluster.watch({
      viewed: ({ lost }) => {
        if (!lost.isEmpty) this.#leaving.add(lost);
        // Of what the members that are gone changed last nobody may have been told.
        forget((id) => !this.#mayFinish(id));
      },
      release: (change) => this.#release(change, both, turns, settle),
      // Copies were read while others did not tell this member yet; by now all do, as they have adopted the view.
      acquired: ({ gained }) => forget((id) => gained.has(id) || !this.#mayFinish(id)),
      renewed: () => {
        this.#leaving.clear();
        forget((id) => !this.#cluster.mayServe(id));
      },
    });
  }

  #learn(policies: Entities, payload: string): void {
    const told = parseStored(payload);
    if (!isObject(told) || typeof told.id !== "string") return;
    const state = told.state === undefined ? undefined : stateOfJson(told.state);
    const revision = state?.revision ?? (told.revision as number);
    policies.told(told.id, revision, state, extentOf(payload));
    this.#options.onPolicy?.(told.id, revision);
  }

  async #release(
    { lost }: ViewChange,
    both: readonly Entities[],
    turns: Turns,
    settle: Unconfirmed["release"],
  ): Promise<void> {
    if (lost.isEmpty) return;
    const has = (id: string) => lost.has(id);
    await Promise.race([turns.ended(has), later(FINISH_MS, undefined, { ref: false })]);
    this.#leaving.delete(lost);
    for (const entities of both) await entities.settledOf(has);
    await settle(has);
    for (const entities of both) entities.forget((id) => has(id) && !this.#cluster.mayServe(id));
  }
}
