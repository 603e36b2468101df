// Millions of things on one machine: how fast they come in, what they take, and how fast they are found, in memory or not.

import type { Postgres, StorageKind } from "../../test/campaigns/place.ts";
import { newPlace, type Place } from "../../test/campaigns/place.ts";
import type { TestServer } from "../../test/support/server.ts";
import { indexed } from "../indexed.ts";
import type { Area } from "../report/report.ts";
import { residentMb, settledMb } from "../resident.ts";
import type { BenchRow } from "../row.ts";
import { asOperator, startOurs, targetOf } from "../storage.ts";
import { diskBytes } from "./disk.ts";
import { load } from "./loading.ts";
import { readings, searches } from "./readings.ts";
import { aThing } from "./things.ts";

export interface ManyThings {
  readonly kind: StorageKind;
  readonly postgres: Postgres | undefined;
  readonly things: number;
  /** For each load of reads and searches. */
  readonly seconds: number;
  /** Values of CACHE_SIZE to look at memory with. */
  readonly caches?: readonly string[];
}

const CACHES = ["64M", "256M", "1024M"];
const INDEXED_WITHIN_MS = 4 * 3_600_000;

/**
 * Loads as many as told; where the storage gives up before that, the rest is measured with what is there. What fails later costs
 * its own rows only, since it takes long to come so far; the exit code tells of it.
 */
export async function manyThings(asked: ManyThings): Promise<Area> {
  const { kind, postgres, seconds, caches = CACHES } = asked;
  await using place = await newPlace(kind, postgres);
  const rows: BenchRow[] = [];
  const attempt = async (name: string, run: () => Promise<readonly BenchRow[]>) => {
    console.error(`… two-million-things: ${name}`);
    try {
      rows.push(...(await run()));
    } catch (error) {
      console.error(`${name} failed: ${error instanceof Error ? error.message : String(error)}`);
      process.exitCode = 1;
    }
  };
  const { things, plots } = await (async () => {
    await using server = await startOurs(place);
    const loaded = await load(server, asked.things);
    rows.push(...loaded.rows);
    if (loaded.gaveUp !== undefined) console.error(`… it gave up: ${loaded.gaveUp}`);
    await attempt("the index", () => completed(server));
    await attempt("searches", () => searches(server, { things: loaded.things, seconds }));
    await attempt("a stop", async () => [await timed("An orderly stop", () => server.stop())]);
    return loaded;
  })();
  await attempt("disk", async () => [
    { name: "Disk by thing, all that is stored", value: (await diskBytes(place)) / things / 1e3, unit: "kB" },
  ]);
  await attempt("restarts", () => restarts(place, things));
  for (const cache of caches)
    await attempt(`CACHE_SIZE=${cache}`, () => withCache(place, cache, things, seconds));
  return { rows, plots };
}

async function completed(server: TestServer): Promise<BenchRow[]> {
  const behind = await indexed(asOperator(targetOf(server)), INDEXED_WITHIN_MS);
  return [
    { name: "The search index is complete after the last of them in", value: behind, unit: "s" },
    { name: "Resident memory then", value: await settledMb(server.pid), unit: "MB" },
  ];
}

async function restarts(place: Place, things: number): Promise<BenchRow[]> {
  const restart = () => firstThing(place, things);
  const afterStop = await timed("Start, to the first thing read", async () => {
    await using _ = await restart();
  });
  const killed = await restart();
  await killed.kill();
  let server: TestServer | undefined;
  const afterKill = await timed("The same after kill -9", async () => {
    server = await restart();
  });
  await server?.[Symbol.asyncDispose]();
  await killed[Symbol.asyncDispose]();
  return [afterStop, afterKill];
}

/** A server on the place that has answered with a thing. */
async function firstThing(place: Place, things: number): Promise<TestServer> {
  const server = await startOurs(place);
  const response = await server.fetch(`/api/2/things/${aThing(things >> 1)}`);
  await response.arrayBuffer();
  if (response.status === 200) return server;
  await server[Symbol.asyncDispose]();
  throw new Error(`a thing was answered with ${response.status} after the start`);
}

async function withCache(place: Place, cache: string, things: number, seconds: number): Promise<BenchRow[]> {
  await using server = await startOurs(place, { CACHE_SIZE: cache });
  const empty = residentMb(server.pid);
  const rows = await readings(server, { things, seconds, cache });
  return [
    ...rows.map((row) => ({ ...row, name: `CACHE_SIZE=${cache}: ${row.name}` })),
    { name: `CACHE_SIZE=${cache}: resident memory at the start`, value: empty, unit: "MB" },
    {
      name: `CACHE_SIZE=${cache}: resident memory with a full cache`,
      value: await settledMb(server.pid),
      unit: "MB",
    },
  ];
}

async function timed(name: string, run: () => Promise<unknown>): Promise<BenchRow> {
  const startedAt = performance.now();
  await run();
  return { name, value: (performance.now() - startedAt) / 1_000, unit: "s" };
}
