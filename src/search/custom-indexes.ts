// The indexes that an operator has configured, and for which fields they serve: an index holds one value of a thing, so
// it serves none on whose path an array lies anywhere.

import { setTimeout as pause } from "node:timers/promises";
import { type Path, printPath } from "../base/json/pointer.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { untilLeader } from "../cluster/until-leader.ts";
import type { Database } from "../journal/database.ts";
import { isDivided } from "../journal/partitions.ts";
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
/** Told to other members of a cluster: the pointers of paths at which an array was written. */
const ARRAYS = "search.arrays";

type IndexesCluster = Pick<Cluster, "isAlone" | "isLeader" | "leaseHolds" | "nextChange" | "wire">;

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
 * serve. In a cluster the leader makes and drops. What fails is told, and tried again.
 */
export function customIndexes(
  database: Database,
  configured: readonly CustomIndex[],
  observe: (fact: IndexObservation) => void,
  cluster: IndexesCluster,
): CustomIndexes {
  const kept = new KeptIndexes(database, configured, observe, cluster);
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
  readonly #cluster: IndexesCluster;
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
    cluster: IndexesCluster,
  ) {
    this.#database = database;
    this.#observe = observe;
    this.#cluster = cluster;
    this.#paths = indexedPaths(configured);
    this.#wanted = [...configured.map(definitionOf), ...this.#paths.map(({ arrays }) => arrays)];
    cluster.wire.onTold(ARRAYS, (told) => this.#noteArrays(JSON.parse(told) as readonly string[]));
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
    // Others see for themselves soon, but whoever knows of the thing may search there before.
    if (!this.#cluster.isAlone) this.#cluster.wire.tellAll(ARRAYS, JSON.stringify(noted));
    this.#noteArrays(noted);
  }

  #noteArrays(noted: readonly string[]): void {
    for (const path of noted) this.#noted.add(path);
    this.#serving = new Set([...this.#serving].filter((path) => !this.#noted.has(path)));
  }

  async run(): Promise<void> {
    const made = this.#make();
    if (this.#cluster.isAlone) await made;
    if (this.#paths.length === 0 || this.#end.signal.aborted) return;
    await this.#try(() => this.#look());
    this.#lookAgain();
  }

  async #make(): Promise<void> {
    await untilLeader(this.#cluster, this.#end.signal);
    while (!this.#end.signal.aborted && !(await this.#try(() => this.#bringUpToDate())))
      await pause(RETRY_MS, undefined, { signal: this.#end.signal, ref: false }).catch(() => undefined);
  }

  stop(): void {
    this.#end.abort();
    clearTimeout(this.#timer);
  }

  async #bringUpToDate(): Promise<void> {
    const { query, session, isEmbedded } = this.#database;
    // PostgreSQL makes no index of a table in parts while others write it.
    const concurrently = !isEmbedded && !(await isDivided(this.#database));
    if (isUpToDate(await presentIndexes(query), this.#wanted)) return;
    const observe = this.#observe;
    const { signal } = this.#end;
    await session((one) => bringUpToDate({ query: one, concurrently, signal, observe }, this.#wanted));
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
