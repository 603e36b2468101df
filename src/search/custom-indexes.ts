// The indexes that an operator has configured, and for which fields they serve: an index holds one value of a thing, so
// it serves none on whose path an array lies anywhere.

import { setTimeout as pause } from "node:timers/promises";
import { type Path, printPath } from "../base/json/pointer.ts";
import type { Database } from "../journal/database.ts";
import type { CustomIndex } from "../ops/custom-indexes.ts";
import {
  definitionOf,
  type IndexDefinition,
  type IndexedPath,
  indexedPaths,
} from "./custom-index-definitions.ts";
import { bringUpToDate, type IndexObservation, isUpToDate, presentIndexes } from "./custom-index-upkeep.ts";
import type { Watch } from "./stored/thing-statements.ts";

const RETRY_MS = 10_000;
/** Rest between two looks at what other servers write. */
const LOOK_MS = 1_000;

export interface CustomIndexes {
  /** Whether an index serves the field at the path, now. */
  isIndexed(path: Path): boolean;
  /** Resolves once all indexes are there, or are not wanted any more. */
  readonly ready: Promise<void>;
  /** What has to be known of each thing that is written; for {@link storedIndex}. */
  readonly watch: Watch;
  /** To be called before the database is closed. */
  stop(): void;
}

/**
 * Makes the configured indexes in the background, drops those that are not configured any more, and knows which of them
 * serve. What fails is told, and tried again.
 */
export function customIndexes(
  database: Database,
  configured: readonly CustomIndex[],
  observe: (fact: IndexObservation) => void,
): CustomIndexes {
  const kept = new KeptIndexes(database, configured, observe);
  return {
    isIndexed: (path) => kept.serves(path),
    ready: kept.run(),
    watch: { conditions: kept.conditions, note: (found) => kept.note(found) },
    stop: () => kept.stop(),
  };
}

class KeptIndexes {
  readonly #database: Database;
  readonly #observe: (fact: IndexObservation) => void;
  readonly #paths: readonly IndexedPath[];
  readonly #wanted: readonly IndexDefinition[];
  /** Paths that an index serves. */
  #serving: ReadonlySet<string> = new Set();
  /** Paths at which an array was written since the look that is under way began. */
  readonly #noted = new Set<string>();
  #isChanged = false;
  #hasFailed = false;
  readonly #end = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    database: Database,
    configured: readonly CustomIndex[],
    observe: (fact: IndexObservation) => void,
  ) {
    this.#database = database;
    this.#observe = observe;
    this.#paths = indexedPaths(configured);
    this.#wanted = [...configured.map(definitionOf), ...this.#paths.map(({ arrays }) => arrays)];
  }

  get conditions(): readonly string[] {
    return this.#paths.map(({ hasArray }) => hasArray);
  }

  serves(path: Path): boolean {
    return this.#serving.size > 0 && this.#serving.has(printPath(path));
  }

  /** Things were written; `found` tells for each condition whether it holds for one of them. */
  note(found: readonly boolean[]): void {
    this.#isChanged = true;
    const noted = this.#paths.filter((_, i) => found[i]).map(({ path }) => printPath(path));
    if (noted.length === 0) return;
    for (const path of noted) this.#noted.add(path);
    this.#serving = new Set([...this.#serving].filter((path) => !this.#noted.has(path)));
  }

  async run(): Promise<void> {
    while (!this.#end.signal.aborted && !(await this.#try(() => this.#bringUpToDate())))
      await pause(RETRY_MS, undefined, { signal: this.#end.signal, ref: false }).catch(() => undefined);
    if (this.#paths.length === 0 || this.#end.signal.aborted) return;
    await this.#try(() => this.#look());
    this.#lookAgain();
  }

  stop(): void {
    this.#end.abort();
    clearTimeout(this.#timer);
  }

  async #bringUpToDate(): Promise<void> {
    const { query, session, isEmbedded } = this.#database;
    if (isUpToDate(await presentIndexes(query), this.#wanted)) return;
    const observe = this.#observe;
    const { signal } = this.#end;
    await session((one) =>
      bringUpToDate({ query: one, concurrently: !isEmbedded, signal, observe }, this.#wanted),
    );
  }

  #lookAgain(): void {
    if (this.#end.signal.aborted) return;
    this.#timer = setTimeout(() => {
      void this.#try(() => this.#lookIfWorth()).then(() => this.#lookAgain());
    }, LOOK_MS).unref();
  }

  /** In an embedded database there is nothing that was not noted, but for arrays that are no more. */
  async #lookIfWorth(): Promise<void> {
    if (this.#database.isEmbedded && !(this.#isChanged && this.#serving.size < this.#paths.length)) return;
    await this.#look();
  }

  async #look(): Promise<void> {
    this.#isChanged = false;
    this.#noted.clear();
    const { query } = this.#database;
    const present = await presentIndexes(query);
    // Without its index the look for arrays would take as long as there are things.
    const whole = this.#paths.filter(
      ({ indexes, arrays }) => present.get(arrays.name) === true && indexes.some((name) => present.get(name)),
    );
    const found = whole.map(
      ({ hasArray }, i) => `exists (select from search_thing where ${hasArray}) as "${i}"`,
    );
    const [row] = whole.length === 0 ? [] : await query(`select ${found.join(", ")}`, []);
    const serving = whole.filter((_, i) => row?.[i] === false).map(({ path }) => printPath(path));
    this.#serving = new Set(serving.filter((path) => !this.#noted.has(path)));
  }

  /** Whether the work was done; else says why not, once until it is. */
  async #try(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      this.#hasFailed = false;
      return true;
    } catch (error) {
      const isKnown = this.#hasFailed || this.#end.signal.aborted;
      this.#hasFailed = true;
      if (!isKnown) this.#observe({ what: "custom-indexes-failed", error });
      return false;
    }
  }
}
