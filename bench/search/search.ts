// Search over 100,000 things: what a client is answered beside the same statements sent bare, for who may read everything and
// for who may not, at rest and while things change; and how far the index is behind.

import { setTimeout as sleep } from "node:timers/promises";
import type { StorageOptions } from "../../src/journal/open.ts";
import type { Caller } from "../../src/search/wanted.ts";
import { newPlace, type Postgres, type StorageKind } from "../../test/campaigns/place.ts";
import type { TestServer } from "../../test/support/server.ts";
import { roundsOf } from "../bench.ts";
import { interleave, median } from "../interleave.ts";
import type { BulkJob } from "../load/bulk.ts";
import type { HttpJob } from "../load/http.ts";
import type { Measured } from "../load/measured.ts";
import type { SqlJob } from "../load/sql.ts";
import type { Updates, UpdatesJob } from "../load/updates.ts";
import { Program } from "../program.ts";
import type { BenchRow, Rounds } from "../row.ts";
import { targetOf } from "../storage.ts";
import { requestText, subjectOf, type Target } from "../target.ts";
import { cursorBehind } from "./cursor.ts";
import { plansOf } from "./plans.ts";
import { optionOf, type Shape, samples, shapes, statementOf } from "./shapes.ts";
import { customIndexes, partialReader, policyCount, searchNamespace, thingCount } from "./things.ts";

/** How many ask at the same time. */
const CALLERS = 4;
const ROUNDS = 3;
const UPDATES = 2_000;
const LAG_UPDATES = 10_000;
const LAG_THINGS = 10_000;

const full: Caller = { subjects: ["nginx:ditto"], isPartial: false };

interface Bench {
  readonly kind: StorageKind;
  readonly server: TestServer;
  readonly target: Target;
  readonly seconds: number;
}

/** Measures one storage; `seconds` is for how long each side of each query is loaded. `onPlans` is told of PostgreSQL's. */
export async function searchBench(
  kind: StorageKind,
  postgres: Postgres | undefined,
  seconds: number,
  onPlans: (plans: string) => void,
): Promise<BenchRow[]> {
  await using place = await newPlace(kind, postgres);
  const rows: BenchRow[] = [];
  const env = { ENABLE_PRE_AUTHENTICATION: "true", LOG_LEVEL: "warn", DEVOPS_SECURED: "false" };
  const server = await place.start({ ...env, SEARCH_CUSTOM_INDEXES: customIndexes });
  const bench: Bench = { kind, server, target: targetOf(server), seconds: seconds / ROUNDS };
  const measured = new Map<Shape, Measured>();
  try {
    rows.push(...(await filled(bench)));
    for (const shape of shapes) {
      console.error(`… search: ${shape.name}`);
      const { rows: own, ours } = await queries(bench, shape, place.storage);
      measured.set(shape, ours);
      rows.push(...own);
    }
    const { databaseUrl } = place.storage;
    if (databaseUrl !== undefined) onPlans(await plansOf(databaseUrl, full));
    rows.push(...(await lag(bench)), await rebuilt(bench));
  } finally {
    await server.stop();
  }
  // The embedded database is open to one process at a time.
  if (kind === "pglite") {
    for (const shape of shapes) {
      const limit = await bare(place.storage, shape, bench.seconds);
      rows.unshift(besideBare(shape.name, measured.get(shape) as Measured, limit));
    }
  }
  return rows;
}

async function filled({ target }: Bench): Promise<BenchRow[]> {
  await using bulk = new Program<BulkJob, number>("load/bulk.ts");
  const job = {
    url: target.url,
    headers: target.owner,
    subject: await subjectOf(target),
    namespace: searchNamespace,
    things: thingCount,
    policies: policyCount,
    isForSearch: true,
  };
  await bulk.run({ ...job, do: "policies" });
  const created = await bulk.run({ ...job, do: "create" });
  const behind = await indexed(target);
  return [
    {
      name: "Creating 100,000 things over HTTP while they are indexed",
      value: thingCount / created,
      unit: "things/s",
    },
    { name: "The index is complete after the last of them in", value: behind, unit: "s" },
  ];
}

/** Seconds until nothing waits for the index. */
async function indexed(target: Target): Promise<number> {
  const startedAt = performance.now();
  while ((await health(target)).waiting > 0) await sleep(50);
  return (performance.now() - startedAt) / 1_000;
}

interface Health {
  readonly waiting: number;
  readonly lagMs: number;
  readonly isRebuilding: boolean;
}

async function health({ url }: Target): Promise<Health> {
  const response = await fetch(`${url}/devops/piggyback/search`, {
    method: "POST",
    body: JSON.stringify({ piggybackCommand: { type: "status.commands:retrieveHealth" } }),
  });
  const body = (await response.json()) as { statusInfo: { details: { INFO: Health }[] } };
  return body.statusInfo.details[0]?.INFO as Health;
}

/** One kind of query by everybody and in every situation. */
async function queries(
  { kind, server, target, seconds }: Bench,
  shape: Shape,
  storage: StorageOptions,
): Promise<{ rows: BenchRow[]; ours: Measured }> {
  await using load = new Program<HttpJob, Measured>("load/http.ts");
  const requestsOf = (who: Target["owner"]) => requestsFor(shape, { ...target, owner: who });
  const { hostname: host, port } = new URL(target.url);
  const job = { host, port: Number(port), connections: CALLERS, seconds };
  const byOwner = { ...job, requests: await requestsOf(target.owner) };
  const byPartial = { ...job, requests: await requestsOf({ "x-ditto-pre-authenticated": partialReader }) };
  const isBeside = kind === "postgres";
  // The first requests of a kind find code that is not compiled yet.
  await load.run({ ...byOwner, seconds: 2 * seconds });
  const limit = () => (isBeside ? bare(storage, shape, seconds) : Promise.resolve(nothing));
  const quiet = await interleave(ROUNDS, () => load.run(byOwner), limit);
  const partial = await interleave(
    1,
    () => load.run(byPartial),
    () => load.run(byOwner),
  );
  const busy = await underUpdates(
    server,
    target,
    () => interleave(ROUNDS, () => load.run(byOwner), limit),
    seconds,
  );
  const { name } = shape;
  const rows: BenchRow[] = [
    ...(isBeside ? [besideBare(name, quiet.ours, quiet.limit, roundsOf(quiet, "rate"))] : []),
    { name: `${name}, p50`, value: quiet.ours.p50, unit: "ms" },
    { name: `${name}, p99 by p50`, value: quiet.ours.p99 / quiet.ours.p50, unit: "×", target: 5 },
    {
      name: `${name}, by a partial reader`,
      value: partial.ours.p50 / partial.limit.p50,
      unit: "× p50",
      target: 2,
    },
    isBeside
      ? besideBare(`${name}, under ${UPDATES} updates/s`, busy.ours, busy.limit, roundsOf(busy, "rate"))
      : { name: `${name}, under ${UPDATES} updates/s`, value: busy.ours.rate, unit: "answers/s" },
    {
      name: `${name}, under updates, p99 by p50`,
      value: busy.ours.p99 / busy.ours.p50,
      unit: "×",
      target: 5,
    },
  ];
  return { rows, ours: quiet.ours };
}

const nothing: Measured = { rate: 0, p50: 0, p99: 0, failures: 0 };

const besideBare = (name: string, ours: Measured, limit: Measured, rounds?: Rounds): BenchRow => ({
  name,
  value: ours.rate,
  unit: "answers/s",
  limit: limit.rate,
  ratio: ours.rate / limit.rate,
  target: 0.6,
  ...(rounds && { rounds }),
});

async function bare(storage: StorageOptions, shape: Shape, seconds: number): Promise<Measured> {
  await using program = new Program<SqlJob, Measured>("load/sql.ts");
  const statements = samples.map((i) => statementOf(shape, i, full));
  return await program.run({ storage, callers: CALLERS, seconds, statements });
}

async function requestsFor(shape: Shape, target: Target): Promise<string[]> {
  const cursor =
    shape.afterRank === undefined ? undefined : await cursorBehind(target, shape, shape.afterRank);
  return samples.map((i) => {
    const query = new URLSearchParams();
    const filter = shape.filter(i);
    if (filter !== undefined) query.set("filter", filter);
    if (!shape.isCount) {
      query.set("option", cursor === undefined ? optionOf(shape) : `${optionOf(shape)},cursor(${cursor})`);
      query.set("fields", "thingId");
    }
    return requestText(target, "GET", `/api/2/search/things${shape.isCount ? "/count" : ""}?${query}`);
  });
}

async function underUpdates<T>(
  server: TestServer,
  target: Target,
  work: () => Promise<T>,
  seconds: number,
): Promise<T> {
  await using program = new Program<UpdatesJob, Updates>("load/updates.ts");
  const updates = program.run({
    ...updatesOf(server, target),
    things: thingCount,
    perSecond: UPDATES,
    seconds: 2 * ROUNDS * (seconds + 1) + 2,
  });
  await sleep(1_000);
  const result = await work();
  await updates;
  return result;
}

const updatesOf = ({ url }: TestServer, { owner }: Target) => ({
  url,
  headers: owner,
  namespace: searchNamespace,
});

/** How far the index is behind at many updates a second, and at what rate they were taken. */
async function lag({ server, target, seconds }: Bench): Promise<BenchRow[]> {
  await using program = new Program<UpdatesJob, Updates>("load/updates.ts");
  const lags: number[] = [];
  let isOver = false;
  const job = { things: LAG_THINGS, perSecond: LAG_UPDATES, seconds: Math.max(5, 3 * seconds) };
  const updates = program.run({ ...updatesOf(server, target), ...job }).finally(() => {
    isOver = true;
  });
  await sleep(1_000);
  while (!isOver) {
    lags.push((await health(target)).lagMs);
    await sleep(100);
  }
  const { answered } = await updates;
  const caughtUp = await indexed(target);
  return [
    {
      name: `Updates taken of ${LAG_UPDATES} a second, spread over ${LAG_THINGS} things`,
      value: answered,
      unit: "updates/s",
    },
    { name: "Lag of the index meanwhile, median", value: median(lags) / 1_000, unit: "s" },
    { name: "Lag of the index meanwhile, at most", value: Math.max(...lags) / 1_000, unit: "s", target: 1 },
    { name: "The index is complete after the last of them in", value: caughtUp, unit: "s" },
  ];
}

/** How long it takes to write the whole index anew. */
async function rebuilt({ target }: Bench): Promise<BenchRow> {
  const startedAt = performance.now();
  await fetch(`${target.url}/devops/piggyback/search`, {
    method: "POST",
    body: JSON.stringify({
      headers: { "force-update": true },
      piggybackCommand: { type: "common.commands:shutdown" },
    }),
  });
  while ((await health(target)).isRebuilding) await sleep(50);
  return {
    name: "Rebuild of 100,000 things online",
    value: (performance.now() - startedAt) / 1_000,
    unit: "s",
  };
}
