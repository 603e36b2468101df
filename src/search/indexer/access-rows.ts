// The rows of access: written before the first thing that needs them, and again when what they are made of changes.

import { TwinError } from "../../base/errors.ts";
import { recent } from "../../base/recent.ts";
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

  /** Writes the rows of keys as their policies are now, but for those that are known to be so. */
  async write(keys: readonly AccessKey[]): Promise<void> {
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
      await this.#put(rows);
      rows = [];
      weight = 0;
    }
    await this.#put(rows);
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

  async #put(rows: readonly { readonly row: AccessRow; readonly made: string }[]): Promise<void> {
    if (rows.length === 0) return;
    try {
      await this.#parts.store.putAccess(rows.map(({ row }) => row));
      for (const { row, made } of rows) this.#remember(row, made);
    } catch (error) {
      if (!isRefused(error)) throw error;
      if (rows.length > 1) for (const one of rows) await this.#put([one]);
      else await this.#putEmpty((rows[0] as { row: AccessRow }).row, error);
    }
  }

  async #putEmpty(row: AccessRow, error: unknown): Promise<void> {
    const { policyId, namespace } = row;
    this.#parts.log.error({ policyId, namespace, err: error }, "nobody finds the things of a policy");
    await this.#parts.store.putAccess([nobodyMay(row)]);
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
