// Stops and starts PostgreSQL under load: while it is away writes are answered 503 and never acknowledged, when it is
// back the server recovers by itself, and nothing acknowledged is missing, in the index of search neither.

import { setTimeout as sleep } from "node:timers/promises";
import { residentMb } from "../../bench/resident.ts";
import type { TestServer } from "../support/server.ts";
import type { Answer } from "./doors.ts";
import { journalGaps } from "./journal-gaps.ts";
import { Ledger } from "./ledger.ts";
import { Persisted } from "./persisted.ts";
import { newPlace, type Postgres } from "./place.ts";
import { checkThings, createThings, thingIds } from "./things.ts";
import { startWriters } from "./writers.ts";

export interface OutageResult {
  readonly acknowledged: number;
  readonly refused: number;
  /** Answers to those who asked for search-persisted: that it is so, and that it is not known. */
  readonly promised: number;
  readonly unknown: number;
  readonly violations: readonly string[];
}

const things = 100;
const askers = 4;
const recoveryMs = 30_000;
const growthMb = 300;

/** Runs the outages, each `awayMs` long, and tells of each in one line. */
export async function databaseOutages(
  postgres: Postgres,
  outages: number,
  awayMs: number,
  tell: (line: string) => void,
): Promise<OutageResult> {
  await using place = await newPlace("postgres", postgres);
  const ids = thingIds(things);
  const askedIds = ids.slice(0, askers).map((id) => `${id}-asked`);
  const persisted = new Persisted(askedIds);
  const ledger = new Ledger(ids, 1);
  let refused = 0;
  {
    await using server = await place.start({ LOG_LEVEL: "error", DEVOPS_SECURED: "false" });
    await createThings(server, [...ids, ...askedIds]);
    for (let outage = 1; outage <= outages; outage++) {
      const known = ledger.violations.length;
      const stop = new AbortController();
      const asking = persisted.run(server, stop.signal);
      const result = await oneOutage(server, postgres, ids, ledger, awayMs);
      stop.abort();
      await asking;
      refused += result.refused;
      ledger.violations.push(...(await persisted.check(server, [...ids, ...askedIds])));
      const violations = ledger.violations.slice(known);
      tell(
        `outage ${outage} of ${outages}: ${result.refused} writes refused, recovered ` +
          `${(result.recoveredMs / 1_000).toFixed(2)} s after the database, grew by ${result.grownMb.toFixed(0)} MB; ` +
          (violations.length === 0 ? "all well" : `VIOLATED ${violations.length}: ${violations[0]}`),
      );
    }
  }
  ledger.violations.push(...(await journalGaps(place)));
  const { promised, refused: unknown } = persisted;
  return { acknowledged: ledger.acknowledged, refused, promised, unknown, violations: ledger.violations };
}

async function oneOutage(
  server: TestServer,
  postgres: Postgres,
  ids: readonly string[],
  ledger: Ledger,
  awayMs: number,
): Promise<{ refused: number; recoveredMs: number; grownMb: number }> {
  let refused = 0;
  const writers = await startWriters(server, ids, ledger, (answer) => {
    refused++;
    const wrong = wrongWith(answer);
    if (wrong) ledger.violations.push(wrong);
  });
  await sleep(1_000);
  const before = residentMb(server.pid);
  await postgres.stop();
  await sleep(500); // answers to what was committed before are on their way
  const acknowledged = ledger.acknowledged;
  await sleep(awayMs);
  const grownMb = residentMb(server.pid) - before;
  if (ledger.acknowledged > acknowledged) {
    ledger.violations.push(`${ledger.acknowledged - acknowledged} writes acknowledged without a database`);
  }
  if (refused === 0) ledger.violations.push("no write was refused while the database was away");
  if (grownMb > growthMb) ledger.violations.push(`the server grew by ${grownMb.toFixed(0)} MB`);
  await postgres.start();
  const recoveredMs = await untilAcknowledged(ledger);
  await sleep(1_000);
  writers.stop();
  await writers.done;
  writers.close();
  await checkThings(server, ids, ledger);
  return { refused, recoveredMs, grownMb };
}

/** Writes are refused with Ditto's error for it, and by no broken connection. */
function wrongWith({ status, error }: Answer): string | undefined {
  const { error: code, message } = (error ?? {}) as { error?: unknown; message?: unknown };
  const isDittoError = typeof code === "string" && typeof message === "string";
  return status === 503 && isDittoError
    ? undefined
    : `a write was answered ${status} ${JSON.stringify(error)} while the database was away`;
}

async function untilAcknowledged(ledger: Ledger): Promise<number> {
  const startedAt = performance.now();
  const before = ledger.acknowledged;
  while (ledger.acknowledged === before) {
    if (performance.now() - startedAt > recoveryMs) {
      ledger.violations.push(`no write acknowledged within ${recoveryMs / 1_000} s of the database's return`);
      break;
    }
    await sleep(10);
  }
  return performance.now() - startedAt;
}
