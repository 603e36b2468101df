// Minutes of everything live at once against one server: what it answers, what it logs, and whether it grows.

import { setTimeout as sleep } from "node:timers/promises";
import type { TestServer } from "../../support/server.ts";
import type { Place } from "../place.ts";
import { createThings, thingIds } from "../things.ts";
import type { Actor } from "./actor.ts";
import { ask } from "./askers.ts";
import { answer, tellLiveEvents, write } from "./devices.ts";
import { type Sample, type Slopes, sampleMemory, slopesOf } from "./memory.ts";
import { comeAndGo, readNothing } from "./sessions.ts";
import { readEvents, readPast } from "./streams.ts";
import { Tally } from "./tally.ts";

export interface SoakOptions {
  readonly seconds: number;
  readonly sampleEverySeconds: number;
}

export interface SoakResult {
  readonly counts: ReadonlyMap<string, number>;
  readonly samples: readonly Sample[];
  readonly slopes: Slopes;
  /** Sentences; none is what the server promises. */
  readonly violations: readonly string[];
}

const things = 100;
/** So that who does not read soon has more to read than buffers of the system hold. */
const ballast = "x".repeat(20_000);

const cast: readonly (readonly [number, Actor])[] = [
  [1, answer],
  [4, write],
  [1, tellLiveEvents],
  [8, comeAndGo],
  [3, readNothing],
  [6, readEvents],
  [3, readPast],
  [8, ask],
];

/** Runs all of them, and tells of each sample in a line. */
export async function soak(
  place: Place,
  { seconds, sampleEverySeconds }: SoakOptions,
  tell: (line: string) => void,
): Promise<SoakResult> {
  const tally = new Tally();
  const server = await place.start({ LOG_LEVEL: "warn", METRICS_SECURED: "false" });
  const samples: Sample[] = [];
  try {
    await prepare(server);
    const end = new AbortController();
    const stage = { server, things: thingIds(things), tally, stop: end.signal };
    const acting = Promise.all(
      cast.flatMap(([count, act]) => Array.from({ length: count }, () => act(stage))),
    );
    const startedAt = performance.now();
    const elapsed = () => (performance.now() - startedAt) / 1_000;
    while (elapsed() < seconds) {
      await Promise.race([sleep(sampleEverySeconds * 1_000), acting]);
      const sample = await sampleMemory(server, elapsed() / 60);
      samples.push(sample);
      tell(
        `${sample.at.toFixed(1)} min: ${sample.residentKb} kB resident, ${sample.heapKb} kB of heap in use`,
      );
    }
    end.abort();
    await acting;
    await checkStillWell(server, tally);
  } finally {
    const code = await server.stop();
    if (code !== 0) tally.wrong(`the server ended with ${code}`);
  }
  for (const line of server.stderr().split("\n").filter(Boolean)) tally.wrong(`the server logged ${line}`);
  return { counts: tally.counts, samples, slopes: slopesOf(samples), violations: tally.violations };
}

async function prepare(server: TestServer): Promise<void> {
  await createThings(server, thingIds(things));
  for (const id of thingIds(things)) {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ ballast, level: 0 });
    const answer = await server.fetch(`/api/2/things/${id}/attributes`, { method: "PUT", headers, body });
    if (!answer.ok) throw new Error(`PUT attributes of ${id}: ${answer.status} ${await answer.text()}`);
    await answer.arrayBuffer();
  }
}

/** A server that everybody has left answers as it did in the beginning. */
async function checkStillWell(server: TestServer, tally: Tally): Promise<void> {
  const health = await server.fetch("/health");
  const thing = await server.fetch(`/api/2/things/${thingIds(1)[0]}`);
  await Promise.all([health.arrayBuffer(), thing.arrayBuffer()]);
  if (health.status !== 200) tally.wrong(`in the end GET /health was answered ${health.status}`);
  if (thing.status !== 200) tally.wrong(`in the end a thing was answered ${thing.status}`);
}
