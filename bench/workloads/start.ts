import { setTimeout as sleep } from "node:timers/promises";
import type { Postgres } from "../../test/campaigns/place.ts";
import { newPlace, type Place, type StorageKind } from "../../test/campaigns/place.ts";
import type { TestServer } from "../../test/support/server.ts";
import { median } from "../interleave.ts";
import type { BulkJob } from "../load/bulk.ts";
import { Program } from "../program.ts";
import type { BenchRow } from "../row.ts";
import { startOurs, targetOf } from "../storage.ts";
import { namespace, subjectOf } from "../target.ts";

const things = 10_000;
const starts = 5;

/** Seconds from the start of the process to its first answer: on nothing, on 10,000 things, and there after kill -9. */
export async function start(kind: StorageKind, postgres?: Postgres): Promise<BenchRow[]> {
  await using place = await newPlace(kind, postgres);
  const first: number[] = [];
  for (let i = 0; i < 3; i++) {
    await using empty = await newPlace(kind, postgres);
    first.push(await timed(empty, "/api/2/whoami", (server) => server.stop()));
  }
  const restart: number[] = [];
  const afterKill: number[] = [];
  await fill(place);
  for (let i = 0; i < starts; i++) {
    restart.push(await timed(place, aThing, (server) => server.stop()));
    await timed(place, aThing, (server) => server.kill());
    afterKill.push(await timed(place, aThing, (server) => server.stop()));
  }
  return [
    {
      name: "First start, to the first answer",
      value: median(first),
      unit: "s",
      target: 8,
      rounds: { value: first },
    },
    {
      name: `Start with ${things} things, to the first thing read`,
      value: median(restart),
      rounds: { value: restart },
      unit: "s",
      target: 1,
    },
    { name: "The same after kill -9", value: median(afterKill), unit: "s", rounds: { value: afterKill } },
  ];
}

const aThing = `/api/2/things/${namespace}:thing-77`;

async function fill(place: Place): Promise<void> {
  await using server = await startOurs(place);
  await using bulk = new Program<BulkJob, number>("load/bulk.ts");
  const target = targetOf(server);
  const subject = await subjectOf(target);
  const job = { url: target.url, headers: target.owner, subject, namespace, things, policies: 100 };
  await bulk.run({ ...job, do: "policies" });
  await bulk.run({ ...job, do: "create" });
}

/** Seconds until the path was answered with 200; the server is ended as told. */
async function timed(
  place: Place,
  path: string,
  end: (server: TestServer) => Promise<unknown>,
): Promise<number> {
  const startedAt = performance.now();
  const server = await startOurs(place);
  while (!(await answers(server, path))) await sleep(5);
  const seconds = (performance.now() - startedAt) / 1_000;
  await end(server);
  return seconds;
}

async function answers(server: TestServer, path: string): Promise<boolean> {
  const response = await server.fetch(path);
  await response.arrayBuffer();
  return response.status === 200;
}
