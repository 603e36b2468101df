// The rows of access: written before the first thing that needs them, and again when what they are made of changes.

import { setTimeout } from "node:timers/promises";
import { TwinError } from "../../base/errors.ts";
import { recent } from "../../base/recent.ts";
import { JournalUnavailable } from "../../journal/journal.ts";
import { nextExpiry } from "../../policies/expiry.ts";
import type { AccessKey, AccessRow } from "../store.ts";
import { compileAccess, MOST_MENTIONS, nobodyMay } from "./access-row.ts";
import { breathing } from "./breath.ts";
import type { Expiries } from "./expiries.ts";
import type { IndexerParts, PolicyInEffect } from "./parts.ts";
import { isRefused } from "./steady.ts";

/** Rows of one statement, and the subjects they name. */
const ROWS = 200;
const MENTIONS = 20_000;
/** Keys whose rows are known, in characters. */
const MAX_KNOWN = 20_000_000;
/** Policies that the log was told of. */
const MAX_TOLD = 1_000;
/** How often rows are compiled again that others were ahead of, and the first of the rests between, each twice the one before. */
const TRIES = 6;
const FIRST_REST_MS = 20;

const textOf = ({ policyId, namespace }: AccessKey): string => `${namespace} ${policyId}`;

/** For one caller at a time: a row that is compiled is written before the next one is. */
export class AccessRows {
  readonly #parts: Pick<IndexerParts, "store" | "entriesOf" | "log">;
  readonly #expiries: Pick<Expiries, "note">;
  /** What the rows of keys were made of; empty where that was before the start. */
  #known = recent<string>(MAX_KNOWN);
  readonly #told = recent<true>(MAX_TOLD);
  #distrusting = 0;

  constructor(parts: Pick<IndexerParts, "store" | "entriesOf" | "log">, expiries: Pick<Expiries, "note">) {
    this.#parts = parts;
    this.#expiries = expiries;
  }

  /** Makes sure that each key has a row; the caller has to say when its policies change. */
  async ensure(keys: readonly AccessKey[]): Promise<void> {
    let missing = keys.filter((key) => this.#known.get(textOf(key)) === undefined);
    if (missing.length > 0 && this.#distrusting === 0) {
      const there = await this.#parts.store.knownAccess(missing);
      for (const key of there) this.#remember(key, "");
      missing = missing.filter((key) => this.#known.get(textOf(key)) === undefined);
    }
    await this.write(missing);
  }

  /**
   * Writes the rows of keys as their policies are now, but for those that are known to be so.
   * @throws JournalUnavailable also where other servers know more of the policies than this one, and go on doing so.
   */
  async write(keys: readonly AccessKey[]): Promise<void> {
    let left = await this.#writeOnce(keys);
    for (let tries = 0; left.length > 0; tries++) {
      if (tries === TRIES) throw new JournalUnavailable("others have written newer rows of access");
      await setTimeout(FIRST_REST_MS * 2 ** tries);
      left = await this.#writeOnce(left);
    }
  }

  /** Resolves with the keys of rows that others were ahead of. */
  async #writeOnce(keys: readonly AccessKey[]): Promise<readonly AccessKey[]> {
    const behind: AccessKey[] = [];
    const breathe = breathing();
    const policies = new Map<string, PolicyInEffect>();
    let rows: { readonly row: AccessRow; readonly made: string }[] = [];
    let weight = 0;
    for (const key of keys) {
      const policy = policies.get(key.policyId) ?? (await this.#inEffect(key.policyId));
      policies.set(key.policyId, policy);
      const now = Date.now();
      const { row, mentions } = compileAccess(key, policy, now);
      const until = nextExpiry(policy.entries, now);
      this.#expiries.note(key.policyId, until);
      await breathe();
      const made = `${row.version} ${until}`;
      if (this.#known.get(textOf(key)) === made) continue;
      if (mentions > MOST_MENTIONS) this.#tellOfExcess(key.policyId, mentions);
      rows.push({ row, made });
      weight += Math.min(mentions, MOST_MENTIONS);
      if (rows.length < ROWS && weight < MENTIONS) continue;
      behind.push(...(await this.#put(rows)));
      rows = [];
      weight = 0;
    }
    behind.push(...(await this.#put(rows)));
    return behind;
  }

  /** Forgets rows that no thing needs. */
  async delete(keys: readonly AccessKey[]): Promise<void> {
    if (keys.length === 0) return;
    await this.#parts.store.deleteAccess(keys);
    this.forget();
  }

  /** Forgets what is known of rows, so that those which are asked to be written are, whatever they are now. */
  forget(): void {
    this.#known = recent(MAX_KNOWN);
  }

  /** The same, and takes no row that is there for right until `trust` is called. */
  distrust(): { trust(): void } {
    this.forget();
    this.#distrusting++;
    return { trust: () => this.#distrusting-- };
  }

  /** One that cannot be resolved must not hold all others up: it says nothing, and comparisons try again. */
  async #inEffect(policyId: string): Promise<PolicyInEffect> {
    try {
      return await this.#parts.entriesOf(policyId);
    } catch (error) {
      if (!(error instanceof TwinError)) throw error;
      this.#parts.log.error({ policyId, err: error }, "nobody finds the things of a policy");
      return { entries: [], sources: [{ id: policyId, revision: -1 }] };
    }
  }

  async #put(
    rows: readonly { readonly row: AccessRow; readonly made: string }[],
  ): Promise<readonly AccessKey[]> {
    if (rows.length === 0) return [];
    try {
      const behind = await this.#parts.store.putAccess(rows.map(({ row }) => row));
      const missed = new Set(behind.map(textOf));
      for (const { row, made } of rows) if (!missed.has(textOf(row))) this.#remember(row, made);
      return behind;
    } catch (error) {
      if (!isRefused(error)) throw error;
      if (rows.length === 1) return this.#putEmpty((rows[0] as { row: AccessRow }).row, error);
      const behind: AccessKey[] = [];
      for (const one of rows) behind.push(...(await this.#put([one])));
      return behind;
    }
  }

  #putEmpty(row: AccessRow, error: unknown): Promise<readonly AccessKey[]> {
    const { policyId, namespace } = row;
    this.#parts.log.error({ policyId, namespace, err: error }, "nobody finds the things of a policy");
    return this.#parts.store.putAccess([nobodyMay(row)]);
  }

  #remember(key: AccessKey, made: string): void {
    const text = textOf(key);
    this.#known.put(text, made, text.length + made.length);
  }

  #tellOfExcess(policyId: string, mentions: number): void {
    if (this.#told.get(policyId)) return;
    this.#told.put(policyId, true);
    this.#parts.log.warn(
      { policyId, mentions, most: MOST_MENTIONS },
      "a policy says too much for the search index: nobody finds its things",
    );
  }
}
