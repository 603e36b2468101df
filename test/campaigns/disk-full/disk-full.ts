// The disk under the embedded database is full: writes are refused, nothing acknowledged is lost, and it goes on by itself when
// there is room again.

import { execFile } from "node:child_process";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { startServer, type TestServer } from "../../support/server.ts";
import { Ledger } from "../ledger.ts";
import { checkThings, createThings, thingIds } from "../things.ts";
import { startWriters } from "../writers.ts";

const run = promisify(execFile);

export interface DiskFullResult {
  readonly acknowledged: number;
  /** Writes that were refused while there was no room. */
  readonly refused: number;
  /** Milliseconds from when there was room again until a write was acknowledged. */
  readonly recoveredMs: number;
  readonly violations: readonly string[];
}

const SIZE = "400m";
const THINGS = 50;
const REFUSALS = 200;
const FULL_WITHIN_MS = 90_000;
const RECOVERED_WITHIN_MS = 60_000;
const CHUNK = Buffer.alloc(1_048_576, 1);

/** Fills the disk twice: once it is emptied under the running server, once after the server was killed. Needs to be root, to mount one. */
export async function diskFull(tell: (line: string) => void): Promise<DiskFullResult> {
  await using disk = await smallDisk();
  const ids = thingIds(THINGS);
  const ledger = new Ledger(ids, 1);
  let refused = 0;
  let recoveredMs = 0;
  let server = await start(disk.folder);
  try {
    await createThings(server, ids);
    for (const isKilled of [false, true]) {
      const writers = await startWriters(server, ids, ledger, ({ status, error }) => {
        refused++;
        if (status !== 503 && status !== 0)
          ledger.violations.push(
            `a write was answered ${status} ${JSON.stringify(error)} while the disk was full`,
          );
      });
      const before = refused;
      await sleep(500);
      await disk.fill();
      const isRefused = await until(FULL_WITHIN_MS, () => refused - before >= REFUSALS);
      if (!isRefused) ledger.violations.push("no writes were refused though the disk was full");
      await readAll(server, ids, ledger);
      if (isKilled) {
        await server.kill();
        await writers.done;
        writers.close();
      }
      await disk.empty();
      const emptied = performance.now();
      if (isKilled) server = await start(disk.folder);
      else {
        const acknowledged = ledger.acknowledged;
        if (!(await until(RECOVERED_WITHIN_MS, () => ledger.acknowledged > acknowledged + THINGS)))
          ledger.violations.push("writes are still refused though there is room again");
        recoveredMs = performance.now() - emptied;
        writers.stop();
        await writers.done;
        writers.close();
      }
      const arrived = await checkThings(server, ids, ledger);
      tell(
        `full, then ${isKilled ? "killed and started" : "emptied under the server"}: ${refused - before} writes refused, ` +
          `${arrived} unsure ones there, ${ledger.violations.length} violations`,
      );
    }
  } finally {
    await server.stop();
  }
  return { acknowledged: ledger.acknowledged, refused, recoveredMs, violations: ledger.violations };
}

const start = (dataDir: string): Promise<TestServer> =>
  startServer({ dataDir, env: { LOG_LEVEL: "fatal" }, readyWithinMs: 120_000 });

/** What is there can be read all the while. */
async function readAll(server: TestServer, ids: readonly string[], ledger: Ledger): Promise<void> {
  for (const id of ids) {
    const { status } = await server.fetch(`/api/2/things/${id}`);
    if (status !== 200) ledger.violations.push(`${id} was read with ${status} while the disk was full`);
  }
}

async function until(withinMs: number, isSo: () => boolean): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (!isSo()) {
    if (performance.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}

/** The system lets this process mount nothing. */
export class MayNotMount extends Error {
  constructor(cause: unknown) {
    super("This campaign mounts a small disk: run it as root, where that is allowed.", { cause });
  }
}

interface SmallDisk extends AsyncDisposable {
  readonly folder: string;
  /** Takes all that is left of it. */
  fill(): Promise<void>;
  empty(): Promise<void>;
}

async function smallDisk(): Promise<SmallDisk> {
  const folder = await mkdtemp(join(tmpdir(), "pollux-disk-"));
  try {
    await run("mount", ["-t", "tmpfs", "-o", `size=${SIZE}`, "tmpfs", folder]);
  } catch (cause) {
    await rm(folder, { recursive: true, force: true });
    throw new MayNotMount(cause);
  }
  const data = join(folder, "data");
  const ballast = join(folder, "ballast");
  return {
    folder: data,
    async fill() {
      const file = await open(ballast, "w");
      try {
        for (;;) await file.write(CHUNK);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
      } finally {
        await file.close();
      }
    },
    empty: () => rm(ballast, { force: true }),
    async [Symbol.asyncDispose]() {
      await run("umount", ["-l", folder]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
