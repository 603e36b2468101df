// A cluster under load and one fault after another; what its clients were told is judged in the end.

import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { createThings, thingIds } from "../things.ts";
import { type Fault, faults } from "./faults.ts";
import { type Row, type Session, violationsOf } from "./history.ts";
import { type Load, type LoadOptions, seconds, startLoad } from "./load.ts";
import { openSite, type Site } from "./site.ts";

export interface ChaosOptions {
  readonly nodes: number;
  readonly faults: number;
  /** Names of the kinds of faults; all of them where it is absent. */
  readonly kinds?: readonly string[];
  /** Whether they come one after another, instead of at random. */
  readonly inTurn?: boolean;
  readonly things: number;
  readonly load: Omit<LoadOptions, "things">;
  readonly seed: number;
  readonly settings?: Readonly<Record<string, string>>;
  readonly tell: (line: string) => void;
}

export interface ChaosResult {
  readonly writes: number;
  readonly reads: number;
  readonly events: number;
  readonly sessions: number;
  readonly refused: ReadonlyMap<number, number>;
  /** Milliseconds from the end of a fault until every thing was written again, the longest of all. */
  readonly slowestRecoveryMs: number;
  /** Milliseconds from the last answer to a writer until the last session was told of everything. */
  readonly lastToldMs: number;
  readonly violations: readonly string[];
}

const RECOVERED_WITHIN_MS = 40_000;
const QUIET_MS = 4_000;

/** Runs the campaign, and tells of each fault in a line. */
export async function chaos(options: ChaosOptions): Promise<ChaosResult> {
  const random = randomFrom(options.seed);
  const kinds = options.kinds ?? Object.keys(faults);
  const chosen = kinds.map((kind) => [kind, faults[kind]] as const);
  for (const [kind, fault] of chosen) if (!fault) throw new Error(`There is no fault called ${kind}.`);
  await using site = await openSite({
    nodes: options.nodes,
    settings: { LOG_LEVEL: "warn", ...options.settings },
    skewed: kinds.includes("clock-skewed"),
  });
  const things = thingIds(options.things);
  await createThings(site.nodes[0]?.server as never, things);
  const load = startLoad(site, { things, ...options.load }, random);
  const violations: string[] = [];
  let slowestRecoveryMs = 0;
  for (let i = 0; i < options.faults; i++) {
    await sleep(300 + 1_000 * random());
    const at = options.inTurn ? i % chosen.length : Math.floor(random() * chosen.length);
    const [kind, fault] = chosen[at] as readonly [string, Fault];
    const what = await fault(site, random).catch(async (error: unknown) => {
      for (const dead of await buried(site, kind)) options.tell(dead);
      throw error;
    });
    violations.push(...(await buried(site, what)));
    const recoveredMs = await recovered(load, things);
    if (recoveredMs === undefined) {
      violations.push(
        `after "${what}" things were not written again within ${RECOVERED_WITHIN_MS / 1_000} s`,
      );
    } else slowestRecoveryMs = Math.max(slowestRecoveryMs, recoveredMs);
    options.tell(
      `${seconds()} s: fault ${i + 1} of ${options.faults} (${kind}): ${what}; ` +
        `${load.writes.length} writes and ${load.reads.length} reads so far, recovered after ${((recoveredMs ?? Number.NaN) / 1_000).toFixed(1)} s`,
    );
  }
  await load.quiesce();
  const lastToldMs = await allTold(load, await journalOf(site, things));
  await sleep(QUIET_MS);
  const sessions = load.sessions();
  const journal = await journalOf(site, things);
  violations.push(...load.strange, ...violationsOf({ ...load, sessions, journal }));
  violations.push(...missing(sessions, options));
  return {
    writes: load.writes.length,
    reads: load.reads.length,
    events: sessions.reduce((sum, { seen }) => sum + countOf(seen), 0),
    sessions: sessions.length,
    refused: load.refused,
    slowestRecoveryMs,
    lastToldMs,
    violations,
  };
}

/** Waits until everybody who listens was told of all that is written, or it has taken too long; gives how long it took. */
async function allTold(load: Load, journal: readonly Row[]): Promise<number> {
  const began = performance.now();
  const newest = new Map<string, number>();
  for (const { thing, revision } of journal) newest.set(thing, Math.max(revision, newest.get(thing) ?? 0));
  const isTold = ({ seen }: Session) =>
    seen.entries().every(([thing, revisions]) => (revisions.at(-1) ?? 0) >= (newest.get(thing) ?? 0));
  while (!load.heard().every(isTold) && performance.now() - began < RECOVERED_WITHIN_MS) await sleep(50);
  return performance.now() - began;
}

/** No fault may end a process but those that kill it; one that has ended is told with what it said, and started again. */
async function buried({ nodes }: Site, what: string): Promise<string[]> {
  const dead = nodes.filter(({ server }) => server && !isAlive(server.pid));
  const told = dead.map(
    ({ name, server }) =>
      `${name} ended by itself around "${what}": ${server?.stdout().slice(-3_000)}${server?.stderr().slice(-3_000)}`,
  );
  for (const node of dead) await node.start();
  return told;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const countOf = (seen: Session["seen"]): number =>
  seen.values().reduce((sum, revisions) => sum + revisions.length, 0);

/** Every subscriber has a session at the end. */
function missing(sessions: readonly Session[], { nodes, load }: ChaosOptions): string[] {
  const lasting = sessions.filter(({ lasted }) => lasted).length;
  const wanted = nodes * load.subscribers;
  return lasting === wanted ? [] : [`${lasting} of ${wanted} subscribers have a session at the end`];
}

/** Milliseconds until every thing has been written since now; `undefined` where that takes too long. */
async function recovered(load: Load, things: readonly string[]): Promise<number | undefined> {
  const since = performance.now();
  const left = new Set(things);
  let at = load.writes.length;
  while (left.size > 0) {
    await sleep(50);
    for (; at < load.writes.length; at++) {
      const write = load.writes[at];
      if (write && write.start > since) left.delete(write.thing);
    }
    if (performance.now() - since > RECOVERED_WITHIN_MS) return undefined;
  }
  return performance.now() - since;
}

/** The journal as the database has it, past the server. */
async function journalOf({ databaseUrl }: Site, things: readonly string[]): Promise<Row[]> {
  const sql = postgres(databaseUrl, { max: 1 });
  try {
    const rows = await sql<{ id: string; revision: string; path: string; value: string | null }[]>`
      select id, revision, path, value from journal where kind = 'thing' and id in ${sql(things as string[])}`;
    return rows.map(({ id, revision, path, value }) => {
      const [, top, lane] = path.split("/");
      const isLane = top === "attributes" && lane !== undefined;
      return {
        thing: id,
        revision: Number(revision),
        lane: isLane ? lane : undefined,
        value: isLane ? Number(value) : undefined,
      };
    });
  } finally {
    await sql.end();
  }
}

/** Numbers from 0 up to 1 that are the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
