// Reading and finding things among many.

import type { TestServer } from "../../test/support/server.ts";
import { sound } from "../interleave.ts";
import type { BulkJob } from "../load/bulk.ts";
import type { HttpJob, HttpMeasured } from "../load/http.ts";
import { Program } from "../program.ts";
import type { BenchRow } from "../row.ts";
import { targetOf } from "../storage.ts";
import { namespace, requestText, subjectOf } from "../target.ts";
import { aThing, policies, scattered } from "./things.ts";

export interface Among {
  readonly things: number;
  readonly seconds: number;
}

const CONNECTIONS = 32;
const SEARCHERS = 4;
/** Stay in the smallest cache. */
const WARM = 5_000;
/** More than are read in the time. */
const COLD_A_SECOND = 20_000;
const BYTES_OF_A_THING = 900;

/** GETs of things that are not in memory and of some that are; then as many are read as fill the cache. */
export async function readings(
  server: TestServer,
  { things, seconds, cache }: Among & { readonly cache: string },
): Promise<BenchRow[]> {
  const target = targetOf(server);
  await using load = new Program<HttpJob, HttpMeasured>("load/http.ts");
  const { hostname: host, port } = new URL(server.url);
  const job = { host, port: Number(port), connections: CONNECTIONS, seconds };
  const requestOf = (i: number) => requestText(target, "GET", `/api/2/things/${aThing(i)}`);
  // The first requests of a new process find code that is not compiled yet.
  await load.run({ ...job, seconds: 1, requests: [requestOf(0)] });
  const cold = Math.min(things, Math.ceil(COLD_A_SECOND * (seconds + 1)));
  const scatteredRequests = Array.from({ length: cold }, (_, turn) => requestOf(scattered(turn, things)));
  const coldly = sound(await load.run({ ...job, requests: scatteredRequests }));
  const warm = scatteredRequests.slice(0, WARM);
  await load.run({ ...job, seconds: 2, requests: warm });
  const warmly = sound(await load.run({ ...job, requests: warm }));
  await fillCache(server, Math.min(things, Math.ceil((1.3 * bytesOf(cache)) / BYTES_OF_A_THING)));
  return [...rowsOf("GET of what is not in memory", coldly), ...rowsOf("GET of what is in memory", warmly)];
}

async function fillCache(server: TestServer, count: number): Promise<void> {
  const target = targetOf(server);
  await using bulk = new Program<BulkJob, number>("load/bulk.ts");
  const { url, owner: headers } = target;
  const subject = await subjectOf(target);
  await bulk.run({ do: "read", url, headers, subject, namespace, things: count, policies });
}

/** A setting like 64M in bytes. */
function bytesOf(setting: string): number {
  const units: Readonly<Record<string, number>> = { k: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };
  return Number.parseInt(setting, 10) * (units[setting.at(-1) ?? ""] ?? 1);
}

/** Searches that the index serves, four at a time. */
export async function searches(server: TestServer, { things, seconds }: Among): Promise<BenchRow[]> {
  const target = targetOf(server);
  await using load = new Program<HttpJob, HttpMeasured>("load/http.ts");
  const { hostname: host, port } = new URL(server.url);
  const rows: BenchRow[] = [];
  for (const { name, filter, isCount } of kinds) {
    const requests = Array.from({ length: 256 }, (_, turn) => {
      const i = scattered(turn, things);
      const query = new URLSearchParams({
        filter: filter(i),
        ...(!isCount && { option: "size(25)", fields: "thingId" }),
      });
      return requestText(target, "GET", `/api/2/search/things${isCount ? "/count" : ""}?${query}`);
    });
    const job = { host, port: Number(port), connections: SEARCHERS, requests };
    await load.run({ ...job, seconds: 1 });
    rows.push(...rowsOf(`Search: ${name}`, sound(await load.run({ ...job, seconds }))));
  }
  return rows;
}

const kinds: readonly { name: string; filter(i: number): string; isCount?: boolean }[] = [
  {
    name: "equality, 1 thing",
    filter: (i) => `eq(attributes/serial,"serial-number-${String(i).padStart(12, "0")}")`,
  },
  { name: "equality, 25 of a hundredth of all", filter: (i) => `eq(attributes/location/line,${i % 100})` },
  { name: "prefix of the thing ID", filter: (i) => `like(thingId,"${aThing(i)}*")` },
  {
    name: "count of a hundredth of all",
    filter: (i) => `eq(attributes/location/line,${i % 100})`,
    isCount: true,
  },
];

const rowsOf = (name: string, { rate, p50, p99 }: HttpMeasured): BenchRow[] => [
  { name, value: rate, unit: "answers/s" },
  { name: `${name}, p50`, value: p50, unit: "ms" },
  { name: `${name}, p99`, value: p99, unit: "ms" },
];
