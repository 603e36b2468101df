// An indexer behind the dispatcher, on a database of the test's choice; what it asks of the database can be made to fail.

import type { JsonObject, JsonValue } from "../../../src/base/json/json.ts";
import { alone } from "../../../src/cluster/alone.ts";
import type { Cluster } from "../../../src/cluster/cluster.ts";
import { type SearchSources, searchSources } from "../../../src/dispatch/search-sources.ts";
import type { Database, Row } from "../../../src/journal/database.ts";
import type { Journal } from "../../../src/journal/journal.ts";
import { type Indexer, startIndexer } from "../../../src/search/indexer/indexer.ts";
import type { IndexerParts, IndexerSettings } from "../../../src/search/indexer/parts.ts";
import type { SearchStore } from "../../../src/search/store.ts";
import { storedIndex } from "../../../src/search/stored/stored-index.ts";
import { type World, worldOn } from "../../support/dispatch.ts";

export const settings: IndexerSettings = {
  writeIntervalMs: 5,
  lagUnderLoadMs: 0,
  checkEnabled: false,
  checkQuietMs: 60_000,
  indexedFields: [],
};

export interface Logged {
  readonly level: "info" | "warn" | "error";
  readonly message: string;
  readonly fact: object;
}

export interface IndexedWorld extends World {
  readonly indexer: Indexer;
  readonly store: { -readonly [K in keyof SearchStore]: SearchStore[K] };
  readonly logged: Logged[];
  /** What was written, statement by statement. */
  readonly writes: { readonly rows: readonly string[]; readonly gone: readonly string[] }[];
  /** Runs before each write of things; to wait, or to throw. */
  beforeWrite: () => Promise<void> | void;
  /** Puts a thing under the policy, or changes it. */
  putThing(id: string, value: JsonObject): Promise<void>;
  putPolicy(id: string, value: JsonValue, path?: string): Promise<void>;
  deleteThing(id: string): Promise<void>;
}

interface Options {
  readonly settings?: Partial<IndexerSettings>;
  readonly sources?: Partial<IndexerParts>;
  /** Sources in the place of those that there are. */
  readonly around?: (sources: SearchSources) => Partial<IndexerParts>;
  readonly cluster?: Cluster;
}

/** Starts an indexer, and tells it of all that is committed. */
export function indexedWorld(
  journal: Journal,
  database: Database,
  { settings: set = {}, sources = {}, around = () => ({}), cluster = alone("test") }: Options = {},
): IndexedWorld {
  const base = worldOn(journal);
  const stored = storedIndex(database, undefined, !cluster.isAlone);
  const logged: Logged[] = [];
  const log = (level: Logged["level"]) => (fact: object, message: string) => {
    logged.push({ level, message, fact });
  };
  const writes: IndexedWorld["writes"] = [];
  const store: IndexedWorld["store"] = {
    ...stored,
    putThings: async (rows, gone) => {
      await world.beforeWrite();
      const bare = await stored.putThings(rows, gone);
      writes.push({ rows: rows.map(({ id }) => id), gone: gone.map(({ id }) => id) });
      return bare;
    },
  };
  const indexer = startIndexer({
    store,
    cluster,
    ...searchSources(base.parts),
    ...around(searchSources(base.parts)),
    ...sources,
    settings: { ...settings, ...set },
    log: { info: log("info"), warn: log("warn"), error: log("error") },
  });
  Object.assign(base.parts, { index: indexer });
  const done = async (reply: Promise<unknown>) => {
    const answer = await reply;
    if (typeof answer === "string") throw new Error(answer);
  };
  const world: IndexedWorld = {
    ...base,
    indexer,
    store,
    logged,
    writes,
    beforeWrite: () => undefined,
    putThing: (id, value) => done(base.ask("modify", "/", value, { id })),
    putPolicy: (id, value, path = "/") => done(base.ask("modify", path, value, { kind: "policy", id })),
    deleteThing: (id) => done(base.ask("delete", "/", undefined, { id })),
  };
  return world;
}

/** What the index holds of a thing. */
export async function indexed(database: Database, id: string): Promise<Row | undefined> {
  const rows = await database.query(
    "select revision, policy_id, thing::text as thing from search_thing where id = $1",
    [id],
  );
  const [row] = rows;
  return row && { revision: row.revision, policyId: row.policy_id, thing: JSON.parse(String(row.thing)) };
}

/** The row of access for things of a namespace under a policy. */
export async function accessOf(database: Database, policyId: string, namespace = "org.acme") {
  const rows = await database.query(
    `select version, array_to_json(sources)::text as sources, array_to_json(readers)::text as readers,
            array_to_json(partial)::text as partial, rules::text as rules
     from search_access where policy_id = $1 and namespace = $2`,
    [policyId, namespace],
  );
  const [row] = rows;
  return (
    row && {
      version: row.version,
      sources: JSON.parse(String(row.sources)),
      readers: JSON.parse(String(row.readers)),
      partial: JSON.parse(String(row.partial)),
      rules: JSON.parse(String(row.rules)),
    }
  );
}

/** Removes everything from the tables of the index. */
export async function emptyIndex(database: Database): Promise<void> {
  for (const table of ["search_thing", "search_access", "search_state"])
    await database.query(`delete from ${table}`, []);
}

const subject = (id: string) => ({ [id]: { type: "t" } });

/** A policy by which the owner may do everything, and others read what they are said to. */
export const policyOf = (
  readers: Readonly<Record<string, readonly string[]>> = {},
  more: JsonObject = {},
) => ({
  entries: {
    owner: {
      subjects: subject("nginx:ditto"),
      resources: Object.fromEntries(
        ["thing:/", "policy:/", "message:/"].map((key) => [key, { grant: ["READ", "WRITE"], revoke: [] }]),
      ),
    },
    ...Object.fromEntries(
      Object.entries(readers).map(([id, paths]) => [
        id.replaceAll(/\W/g, "-"),
        {
          subjects: subject(id),
          resources: Object.fromEntries(
            paths.map((path) =>
              path.startsWith("!")
                ? [`thing:${path.slice(1)}`, { grant: [], revoke: ["READ"] }]
                : [`thing:${path}`, { grant: ["READ"], revoke: [] }],
            ),
          ),
        },
      ]),
    ),
  },
  ...more,
});
