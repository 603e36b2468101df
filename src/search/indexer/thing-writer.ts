// Writing a batch of things: their newest committed states are read, and written after those who may find them.

import type { LimitFunction } from "p-limit";
import { namespaceOf } from "../../base/ids.ts";
import type { AccessKey, GoneRow, ThingRow } from "../store.ts";
import type { AccessRows } from "./access-rows.ts";
import type { Change } from "./backlog.ts";
import { breathing } from "./breath.ts";
import { type FieldsOf, rowOf } from "./document.ts";
import { notIndexable } from "./errors.ts";
import type { IndexerParts, RecordedThing } from "./parts.ts";
import { statisticsDue } from "./statistics.ts";
import { isPassing, isRefused } from "./steady.ts";

/** Characters of documents in one statement. */
const CHARACTERS = 4 * 1024 * 1024;

export interface ThingWriterParts extends Pick<IndexerParts, "store" | "readThing" | "log"> {
  readonly access: Pick<AccessRows, "ensure" | "write" | "forget">;
  readonly fieldsOf: FieldsOf;
  /** Whether rows of access may be out of date. */
  readonly isAccessBusy: () => boolean;
  readonly inTurn: LimitFunction;
}

interface Batch {
  readonly rows: ThingRow[];
  readonly gone: GoneRow[];
  characters: number;
}

export type Taken = ReadonlyMap<string, Change>;

export class ThingWriter {
  readonly #parts: ThingWriterParts & { readonly onGivenUp: (change: Change, error: unknown) => void };
  readonly #areStatisticsDue = statisticsDue();
  #written = 0;

  constructor(parts: ThingWriterParts, onGivenUp: (change: Change, error: unknown) => void) {
    this.#parts = { ...parts, onGivenUp };
  }

  /** Rows written since the start. */
  get written(): number {
    return this.#written;
  }

  /** Writes the newest states of the taken things; what cannot be written is given up, and told so. */
  async write(taken: Taken): Promise<void> {
    const breathe = breathing();
    const read = await Promise.all([...taken].map(([id, change]) => this.#read(id, change)));
    let batch: Batch = { rows: [], gone: [], characters: 0 };
    for (const { id, change, thing } of read) {
      this.#add(batch, id, change, thing);
      await breathe();
      if (batch.characters < CHARACTERS) continue;
      await this.#put(batch, taken);
      batch = { rows: [], gone: [], characters: 0 };
    }
    await this.#put(batch, taken);
  }

  async #read(id: string, change: Change) {
    try {
      return { id, change, thing: await this.#parts.readThing(id) };
    } catch (error) {
      if (isPassing(error)) throw error;
      this.#giveUp(id, change, error);
      return { id, change, thing: undefined };
    }
  }

  /** What cannot be read, or never was, is in the index no more. */
  #add(batch: Batch, id: string, change: Change, thing: RecordedThing | undefined): void {
    const { value } = thing ?? {};
    if (!thing || !value) {
      batch.gone.push({ id, revision: Math.max(thing?.revision ?? 0, change.clears) });
      return;
    }
    const row = rowOf(id, { ...thing, value }, this.#parts.fieldsOf);
    batch.rows.push(row);
    batch.characters += row.thing.length;
  }

  /** Writes rows in turn with all other writes; those that the database cannot hold are left out. */
  async #put({ rows, gone }: Pick<Batch, "rows" | "gone">, taken: Taken): Promise<void> {
    if (rows.length + gone.length === 0) return;
    try {
      await this.#parts.inTurn(() => this.#putWithAccess(rows, gone, taken));
      this.#written += rows.length + gone.length;
    } catch (error) {
      if (!isRefused(error)) throw error;
      const [row] = rows;
      if (rows.length + gone.length > 1) {
        for (const one of rows) await this.#put({ rows: [one], gone: [] }, taken);
        await this.#put({ rows: [], gone }, taken);
      } else if (row) {
        this.#giveUp(row.id, taken.get(row.id), error);
        await this.#put({ rows: [], gone: [{ id: row.id, revision: row.revision }] }, taken);
      } else throw error;
    }
  }

  /** First who may find them. Where somebody waits, also what policies say that changed just now. */
  async #putWithAccess(rows: readonly ThingRow[], gone: readonly GoneRow[], taken: Taken): Promise<void> {
    const { access, store, isAccessBusy } = this.#parts;
    await access.ensure(keysOf(rows));
    if (isAccessBusy()) await access.write(keysOf(rows.filter(({ id }) => taken.get(id)?.told)));
    await this.#ensureAnew(await store.putThings(rows, gone));
    if (this.#areStatisticsDue(this.#written + rows.length)) await store.analyze();
  }

  /** Rows of access that another server has deleted, since no thing needed them before. */
  async #ensureAnew(bare: readonly AccessKey[]): Promise<void> {
    if (bare.length === 0) return;
    this.#parts.access.forget();
    await this.#parts.access.ensure(bare);
  }

  #giveUp(id: string, change: Change | undefined, error: unknown): void {
    this.#parts.log.error({ thingId: id, err: error }, "a thing cannot be written into the search index");
    if (change) this.#parts.onGivenUp(change, notIndexable(id));
  }
}

/** The keys of access that things need, each once. */
function keysOf(rows: readonly ThingRow[]): readonly AccessKey[] {
  const keys = new Map<string, AccessKey>();
  for (const { id, policyId } of rows) {
    const namespace = namespaceOf(id);
    if (policyId !== "") keys.set(`${namespace} ${policyId}`, { policyId, namespace });
  }
  return [...keys.values()];
}
