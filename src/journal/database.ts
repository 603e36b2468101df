// What the journal needs of a database: statements in PostgreSQL's dialect, and to be told why one failed.

/** The separator of packed columns. No JSON text, id or pointer holds it: JSON escapes it, keys and ids refuse it. */
const SEPARATOR = "\u0001";

export type Parameter = string | number | null;
export type Row = Readonly<Record<string, unknown>>;
export type Query = (text: string, parameters: readonly Parameter[]) => Promise<readonly Row[]>;

/** How long a query may take, its waiting included, and who may end it before. */
export interface Patience {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Database {
  /**
   * One session, and no process beside it: statements cannot be interrupted and have to watch the time themselves, and
   * nobody collects what the planner knows of tables.
   */
  readonly isEmbedded: boolean;
  /** How many batches are worth having in flight at once; each lane has a connection where the database allows it. */
  readonly lanes: number;
  /** Runs one write on a lane. One statement is one transaction: once it resolves, its rows survive what docs/storage.md says. */
  write(lane: number, text: string, parameters: readonly Parameter[]): Promise<void>;
  /** Runs one statement; where the database allows it, not behind the writes. */
  readonly query: Query;
  /** Runs several statements in one transaction; one that takes longer than so many milliseconds counts as not answered. */
  transaction<T>(work: (query: Query) => Promise<T>, withinMs?: number): Promise<T>;
  /** Runs one statement nobody waits for; where the database allows it, beside all others, else one at a time. */
  readonly background: Query;
  /**
   * Runs one query of which there are endlessly many and which may take long; few are at work at a time.
   * @throws DatabaseError, with {@link QUERY_CANCELED} when it took too long or is not wanted any more; JournalUnavailable
   * when too many wait.
   */
  search(text: string, parameters: readonly Parameter[], patience: Patience): Promise<readonly Row[]>;
  /** Runs statements that take as long as they take, each its own transaction, in one session; one such work at a time. */
  session<T>(work: (query: Query) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** What only reads, or waits for its turn, needs of a database. */
export type Queries = Pick<Database, "query">;

/** A statement failed. `sqlState` is PostgreSQL's five-letter code; without it, the database was not there to say. */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError";
  readonly sqlState: string | undefined;

  constructor(message: string, sqlState: string | undefined, cause?: unknown) {
    super(message, { cause });
    this.sqlState = sqlState;
  }
}

/** PostgreSQL's unique_violation. */
export const UNIQUE_VIOLATION = "23505";

/** PostgreSQL's query_canceled. */
export const QUERY_CANCELED = "57014";

/** Whether a statement failed because of a key that is in use. */
export const isConflict = (error: unknown): boolean =>
  error instanceof DatabaseError && error.sqlState === UNIQUE_VIOLATION;

/** Whether a statement failed because a value cannot be what it is given as (class 22, data exception). */
export const isDataException = (error: unknown): boolean =>
  error instanceof DatabaseError && error.sqlState?.startsWith("22") === true;

/**
 * Many values of one column as one text parameter, for {@link unpack}: of the ways to hand over a batch this costs
 * both sides least (bench/journal.ts). A value that is null or empty comes out as null.
 */
export function pack(values: readonly (string | number | null)[]): string {
  let packed = "";
  for (let i = 0; i < values.length; i++) {
    if (i > 0) packed += SEPARATOR;
    packed += values[i] ?? "";
  }
  return packed;
}

/**
 * The SQL of a packed column, used in a select list. Columns unpacked side by side stay in step; where one is
 * longer than the others these are null, so a stray separator meets a `not null` and never shifts a value.
 */
export function unpack(parameter: number): string {
  return `string_to_table($${parameter}, E'\\x01', '')`;
}
