// What the background processes of a PostgreSQL of several do for its tables, in the embedded database's thread, where
// everything waits for it: the room of old rows is used again, and transaction numbers do not run out.

import type { PGlite } from "@electric-sql/pglite";

/**
 * Deleted rows of the journal after which its index is rid of them. That walks the whole index, so it is not done with
 * every checkpoint; until then each vacuum looks again at the pages where they lay.
 */
const MOST_DELETED = 200_000;
/** So many are enough when nobody waits. */
const WORTH_DELETED = 20_000;

/** Rows ever deleted from the journal, and the tables beside it; both null or empty before the first migration. */
const TABLES = `
select pg_stat_get_tuples_deleted(to_regclass('journal')) as deleted,
       string_agg(oid::regclass::text, ', ') as others
from pg_class where relkind = 'r' and oid is distinct from to_regclass('journal')::oid`;

interface Tables {
  readonly deleted: number | null;
  readonly others: string;
}

export class Vacuum {
  readonly #pglite: Pick<PGlite, "exec">;
  /** Of the rows ever deleted, those that the journal's index is rid of. */
  #cleaned = 0;

  constructor(pglite: Pick<PGlite, "exec">) {
    this.#pglite = pglite;
  }

  /** Visits what changed since the last time, and the whole index of the journal only where many rows are gone. */
  async run(): Promise<void> {
    const { deleted, others } = await this.#tables();
    if (deleted !== null) await this.#runOnJournal(deleted, this.#isDue(deleted, MOST_DELETED));
    await this.#pglite.exec(`vacuum (freeze) ${others}`);
  }

  /** To be called when nobody waits: does early what would hold somebody up later. */
  async runIfWorth(): Promise<void> {
    const { deleted } = await this.#tables();
    if (deleted !== null && this.#isDue(deleted, WORTH_DELETED)) await this.#runOnJournal(deleted, true);
  }

  async #runOnJournal(deleted: number, withIndex: boolean): Promise<void> {
    await this.#pglite.exec(`vacuum (freeze, index_cleanup ${withIndex ? "on" : "off"}) journal`);
    if (withIndex) this.#cleaned = deleted;
  }

  #isDue(deleted: number, enough: number): boolean {
    // After a crash the database counts from the beginning, as this does in every new thread.
    if (deleted < this.#cleaned) this.#cleaned = 0;
    return deleted - this.#cleaned >= enough;
  }

  async #tables(): Promise<Tables> {
    const [found] = await this.#pglite.exec(TABLES);
    return found?.rows[0] as unknown as Tables;
  }
}
