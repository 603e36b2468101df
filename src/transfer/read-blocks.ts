// The lines of an export as what they say; nothing of a block is told before its check line has proved all of it.

import { Damaged } from "./damaged.ts";
import {
  BLOCK_LENGTH,
  BLOCK_ROWS,
  type Check,
  chained,
  type End,
  type Header,
  MOST_LINE_BYTES,
  VERSION,
} from "./format.ts";
import type { Value } from "./read-rows.ts";
import { TABLES, type TransferTable } from "./tables.ts";

/** Rows of one table. */
export interface Block {
  /** 1 for the first. */
  readonly number: number;
  readonly table: TransferTable;
  /** The columns that the file holds of the table. */
  readonly columns: readonly string[];
  /** The digest of all up to its end. */
  readonly chain: string;
  rows(): readonly (readonly Value[])[];
}

/** A file as far as it is read. */
export interface Reading {
  /** The digest of the header, which names the file. */
  readonly source: string;
  readonly header: Header;
  /** The blocks in their order; returns what all of them come to. @throws Damaged */
  blocks(): AsyncGenerator<Block, End>;
}

/** Reads the header. @throws Damaged, or Error where the file is none of Pollux, or of a version that this one cannot read. */
export async function readExport(lines: AsyncIterator<string>): Promise<Reading> {
  const first = await lines.next();
  const header = first.done ? undefined : (parsed(first.value) as Partial<Header> | undefined);
  if (header?.pollux !== "export") throw new Error("This is no export of Pollux.");
  if (header.version !== VERSION)
    throw new Error(
      `The export has version ${header.version}; this Pollux reads version ${VERSION}. Use the version that wrote it, or a later one.`,
    );
  const known = knownTables(header.tables);
  const source = chained("", `${first.value}\n`);
  return { source, header: header as Header, blocks: () => blocksOf(lines, known, source) };
}

type Known = ReadonlyMap<string, { readonly table: TransferTable; readonly columns: readonly string[] }>;

function knownTables(tables: Header["tables"] = {}): Known {
  return new Map(
    Object.entries(tables).map(([name, columns]) => {
      const table = TABLES.find((one) => one.name === name);
      const strange = columns.find((column) => table?.columns[column] === undefined);
      if (table && strange === undefined) return [name, { table, columns }];
      throw new Error(
        `The export holds ${name}${strange === undefined || !table ? "" : `.${strange}`}, which this version does not know. Use a later one.`,
      );
    }),
  );
}

async function* blocksOf(
  lines: AsyncIterator<string>,
  known: Known,
  source: string,
): AsyncGenerator<Block, End> {
  let chain = source;
  let number = 0;
  let at = 1;
  let texts: string[] = [];
  let length = 0;
  for (;;) {
    const next = await lines.next();
    if (next.done) throw new Damaged(`The file is not whole: it ends after line ${at}, without its last.`);
    at++;
    const text = next.value;
    if (text.startsWith("[")) {
      texts.push(text);
      length += text.length;
      if (texts.length > BLOCK_ROWS || length > BLOCK_LENGTH + MOST_LINE_BYTES) throw damagedAt(at);
      continue;
    }
    const said = parsed(text) as Partial<Check & { readonly end: End }> | undefined;
    if (said?.end) {
      if (
        said.chain !== chained(chain, JSON.stringify(said.end)) ||
        said.end.blocks !== number ||
        texts.length > 0
      )
        throw damagedAt(at);
      return said.end;
    }
    chain = chained(chain, texts.map((one) => `${one}\n`).join(""));
    number++;
    if (said?.chain !== chain || said.block !== number || said.rows !== texts.length)
      throw damagedAt(at, texts.length);
    yield blockOf(number, chain, texts, known);
    texts = [];
    length = 0;
  }
}

function damagedAt(line: number, rows = 0): Damaged {
  const where = rows === 0 ? `at line ${line}` : `between lines ${line - rows} and ${line}`;
  return new Damaged(`The file is damaged ${where}.`);
}

function blockOf(number: number, chain: string, texts: readonly string[], known: Known): Block {
  const name = (parsed(texts[0]!) as readonly unknown[] | undefined)?.[0];
  const found = known.get(String(name));
  if (!found) throw strangeRow(number);
  const kinds = found.columns.map((column) => found.table.columns[column]);
  const isRow = (given: unknown): given is readonly [string, ...Value[]] =>
    Array.isArray(given) &&
    given[0] === name &&
    given.length === kinds.length + 1 &&
    kinds.every((kind, i) => {
      const value: unknown = given[i + 1];
      return value === null || (kind === "number" ? Number.isSafeInteger(value) : typeof value === "string");
    });
  const rows = () =>
    texts.map((text) => {
      const row = parsed(text);
      if (!isRow(row)) throw strangeRow(number);
      return row.slice(1) as readonly Value[];
    });
  return { number, chain, ...found, rows };
}

const strangeRow = (block: number): Damaged =>
  new Damaged(`Block ${block} holds what is no row of its table.`);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
