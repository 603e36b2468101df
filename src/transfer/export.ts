// A storage as lines, as it was at one moment, in bounded memory.

import type { Database, Query } from "../journal/database.ts";
import {
  Adding,
  BLOCK_LENGTH,
  BLOCK_ROWS,
  chained,
  line,
  MOST_LINE_BYTES,
  newHeader,
  rowLine,
  type Totals,
} from "./format.ts";
import { readRows } from "./read-rows.ts";
import { TABLES, type TransferTable } from "./tables.ts";

/** Takes the next lines; resolves once more may come. */
export type WriteLines = (text: string) => Promise<void>;

/** Writes all that is truth in the database. Servers may go on working on it. Resolves with what was written. */
export function exportAll(database: Database, write: WriteLines): Promise<Totals> {
  return atOneMoment(database, async (query) => {
    const blocks = new Blocks(write);
    await blocks.begin();
    const adding = new Adding();
    for (const table of TABLES) {
      const columns = Object.keys(table.columns);
      for await (const values of readRows(query, table)) {
        const text = rowLine(table.name, values);
        refuseLong(text, table, values[0]);
        adding.add(table.name, columns, values, text);
        await blocks.add(text);
      }
      await blocks.finish();
    }
    const totals = adding.totals();
    await blocks.end(totals);
    return totals;
  });
}

/** Runs queries that all see the same moment. */
export function atOneMoment<T>(database: Database, work: (query: Query) => Promise<T>): Promise<T> {
  return database.transaction(async (query) => {
    await query("set transaction isolation level repeatable read, read only", []);
    await query("select 1", []); // the moment is that of the first query
    return work(query);
  });
}

class Blocks {
  readonly #write: WriteLines;
  #lines: string[] = [];
  #length = 0;
  #blocks = 0;
  #chain = "";

  constructor(write: WriteLines) {
    this.#write = write;
  }

  async begin(): Promise<void> {
    const text = line(newHeader());
    this.#chain = chained("", text);
    await this.#write(text);
  }

  async add(text: string): Promise<void> {
    this.#lines.push(text);
    this.#length += text.length;
    if (this.#lines.length >= BLOCK_ROWS || this.#length >= BLOCK_LENGTH) await this.finish();
  }

  /** Ends the block, if it has rows. */
  async finish(): Promise<void> {
    const rows = this.#lines.length;
    if (rows === 0) return;
    const text = this.#lines.join("");
    this.#chain = chained(this.#chain, text);
    this.#blocks++;
    this.#lines = [];
    this.#length = 0;
    await this.#write(text + line({ block: this.#blocks, rows, chain: this.#chain }));
  }

  async end(totals: Totals): Promise<void> {
    const end = { blocks: this.#blocks, totals };
    await this.#write(line({ end, chain: chained(this.#chain, JSON.stringify(end)) }));
  }
}

function refuseLong(text: string, { name }: TransferTable, key: unknown): void {
  if (text.length * 3 <= MOST_LINE_BYTES || Buffer.byteLength(text) <= MOST_LINE_BYTES) return;
  throw new Error(`A row of ${name} is too long to be exported (${key}): ${Buffer.byteLength(text)} bytes.`);
}
