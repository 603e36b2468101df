// What the background processes of a PostgreSQL of several do for its tables, in the embedded database's thread, where
// everything waits for it: the room of old rows is used again, and transaction numbers do not run out.

import type { PGlite } from "@electric-sql/pglite";

/** A table whose indexes are only rid of old rows when there are many, since that walks the whole of them. */
interface Watched {
  readonly name: string;
  /** Rows deleted or replaced after which it is done with a checkpoint; until then each vacuum looks at their pages again. */
  readonly most: number;
  /** So many are enough when nobody waits. */
  readonly worth: number;
}

const WATCHED: readonly Watched[] = [
  { name: "journal", most: 200_000, worth: 20_000 },
  // Searches meet the old rows of what they find.
  { name: "search_thing", most: 50_000, worth: 5_000 },
];

const names = WATCHED.map(({ name }) => `'${name}'`).join(", ");

/** Rows ever deleted or replaced in the watched tables, and the tables beside them; null or empty before the first migration. */
const TABLES = `
select ${WATCHED.map(({ name }) => `${gone("deleted", name)} + ${gone("updated", name)} as ${name}`).join(", ")},
       (select string_agg(oid::regclass::text, ', ') from pg_class
        where relkind = 'r' and relname not in (${names})) as others`;

function gone(how: "deleted" | "updated", table: string): string {
  return `pg_stat_get_tuples_${how}(to_regclass('${table}'))`;
}

type Tables = Readonly<Record<string, number | null>> & { readonly others: string };

export class Vacuum {
  readonly #pglite: Pick<PGlite, "exec">;
  /** Of the rows ever gone from a table, those that its indexes are rid of. */
  readonly #cleaned = new Map<string, number>();

  constructor(pglite: Pick<PGlite, "exec">) {
    this.#pglite = pglite;
  }

  /** Visits what changed since the last time, and the whole indexes of the watched tables only where many rows are gone. */
  async run(): Promise<void> {
    const tables = await this.#tables();
    for (const { name, most } of WATCHED) {
      const rows = tables[name] ?? undefined;
      if (rows !== undefined) await this.#runOn(name, rows, this.#isDue(name, rows, most));
    }
    await this.#pglite.exec(`vacuum (freeze) ${tables.others}`);
  }

  /** To be called when nobody waits: does early what would hold somebody up later. */
  async runIfWorth(): Promise<void> {
    const tables = await this.#tables();
    for (const { name, worth } of WATCHED) {
      const rows = tables[name] ?? undefined;
      if (rows !== undefined && this.#isDue(name, rows, worth)) await this.#runOn(name, rows, true);
    }
  }

  async #runOn(name: string, rows: number, withIndexes: boolean): Promise<void> {
    await this.#pglite.exec(`vacuum (freeze, index_cleanup ${withIndexes ? "on" : "off"}) ${name}`);
    if (withIndexes) this.#cleaned.set(name, rows);
  }

  #isDue(name: string, rows: number, enough: number): boolean {
    // After a crash the database counts from the beginning, as this does in every new thread.
    if (rows < (this.#cleaned.get(name) ?? 0)) this.#cleaned.delete(name);
    return rows - (this.#cleaned.get(name) ?? 0) >= enough;
  }

  async #tables(): Promise<Tables> {
    const [found] = await this.#pglite.exec(TABLES);
    return found?.rows[0] as unknown as Tables;
  }
}
