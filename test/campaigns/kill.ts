// Kills the server under load and checks what the next one finds, again and again on the same data.

import { setTimeout as sleep } from "node:timers/promises";
import type { TestServer } from "../support/server.ts";
import { Creator } from "./creator.ts";
import { ExpiringSubjects, expiringSettings } from "./expiring.ts";
import { journalGaps } from "./journal-gaps.ts";
import { Ledger } from "./ledger.ts";
import type { Place } from "./place.ts";
import { Searched, searchedSettings } from "./searched.ts";
import { checkThings, createThings, thingIds } from "./things.ts";
import { startWatcher } from "./watcher.ts";
import { startWriters } from "./writers.ts";

export interface KillResult {
  readonly acknowledged: number;
  readonly events: number;
  /** Sentences; none is what the server promises. */
  readonly violations: readonly string[];
}

const things = 100;
const lifeMs = { least: 50, most: 2_000 };
const settings = (round: number) => ({
  LOG_LEVEL: "warn",
  ...expiringSettings,
  ...searchedSettings(round),
});

/** Runs the rounds and tells of each in one line. */
export async function killRounds(
  place: Place,
  rounds: number,
  tell: (line: string) => void,
): Promise<KillResult> {
  const ids = thingIds(things);
  const ledger = new Ledger(ids, 1);
  const creator = new Creator();
  const expiring = new ExpiringSubjects();
  const searched = new Searched();
  let server = await place.start(settings(0));
  try {
    await createThings(server, ids);
    await searched.prepare(server);
    for (let round = 1; round <= rounds; round++) {
      const before = { acknowledged: ledger.acknowledged, events: ledger.events };
      const known = ledger.violations.length;
      const livedMs = await loadAndKill(server, ids, ledger, [creator, expiring, searched]);
      const diedAt = performance.now();
      server = await place.start(settings(round));
      const seconds = (performance.now() - diedAt) / 1_000;
      ledger.violations.push(...(await searched.check(server)));
      const arrived = await checkThings(server, ids, ledger);
      ledger.violations.push(...(await creator.check(server)));
      const violations = ledger.violations.slice(known);
      tell(
        `round ${round} of ${rounds} on ${place.kind}: killed after ${livedMs.toFixed(0)} ms; ` +
          `${ledger.acknowledged - before.acknowledged} writes acknowledged, ${arrived} unsure ones there, ` +
          `${ledger.events - before.events} events seen; back in ${seconds.toFixed(2)} s; ` +
          (violations.length === 0 ? "all well" : `VIOLATED ${violations.length}: ${violations[0]}`),
      );
    }
    ledger.violations.push(...(await expiring.check(server)));
  } finally {
    await server.stop();
  }
  ledger.violations.push(...(await journalGaps(place)));
  return { acknowledged: ledger.acknowledged, events: ledger.events, violations: ledger.violations };
}

/** Milliseconds of load until the death. */
async function loadAndKill(
  server: TestServer,
  ids: readonly string[],
  ledger: Ledger,
  others: readonly (Creator | ExpiringSubjects | Searched)[],
): Promise<number> {
  const watcher = await startWatcher(server, ledger);
  const dead = new AbortController();
  const writers = await startWriters(server, ids, ledger, (answer) => {
    if (!dead.signal.aborted) {
      ledger.violations.push(`a write was answered ${answer.status}: ${JSON.stringify(answer.error)}`);
    }
  });
  const running = others.map((other) => other.run(server, dead.signal));
  const livedMs = lifeMs.least + Math.random() * (lifeMs.most - lifeMs.least);
  await sleep(livedMs);
  dead.abort();
  await server.kill();
  await Promise.all([writers.done, ...running, watcher.closed]);
  writers.close();
  return livedMs;
}
