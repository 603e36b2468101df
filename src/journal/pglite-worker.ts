// The embedded database's thread: PostgreSQL's wire protocol in, PostgreSQL's wire protocol out.
//
// One message is one write of the client, always whole protocol messages. Everything runs synchronously, so no
// statement ever meets another's half-done work.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";
import { SyncedFiles } from "./pglite-files.ts";
import { endsInSync } from "./pglite-protocol.ts";
import { Vacuum } from "./pglite-vacuum.ts";

/** Major version of the PostgreSQL inside PGlite: a folder of another one cannot be opened. */
const MAJOR = "18";
/** Log segments (16 MB) after which a checkpoint is due. */
const CHECKPOINT_SEGMENTS = 4;
/** Time without a statement after which nobody is expected to wait, in milliseconds. */
const QUIET_MS = 5_000;

const PARAMETERS = {
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  // Emscripten's fdatasync cannot be reached from outside, its fsync can (pglite-files.ts).
  wal_sync_method: "fsync",
  // The default of 128 MB is kept from the operating system, whose cache serves the rest as well.
  shared_buffers: "32MB",
  min_wal_size: "32MB",
  max_wal_size: "96MB",
  // No other process will ever want the log.
  wal_level: "minimal",
  max_wal_senders: "0",
};

const port = parentPort!;
const folder: string = workerData.folder;

let segment = "";
let segments = 0;
let isTidying = false;
/** Whether no statement and no transaction is under way. */
let isBetween = true;
refuseOtherVersion(folder);
const pglite = await open();
const vacuum = new Vacuum(pglite);
/** Runs out when nothing was asked for some time; every statement winds it up again. */
const quiet = setTimeout(() => void tidyIfWorth(), QUIET_MS).unref();
port.on("message", (message: Uint8Array | "close") => {
  if (message === "close") void close();
  else serve(message);
});
port.postMessage("ready");

async function open(): Promise<PGlite> {
  try {
    return await PGlite.create({
      fs: new SyncedFiles(folder, {
        segment: countSegment,
        syncFailed: (error) => giveUp(`the disk refused to sync: ${String(error)}`),
        aborted: () => giveUp("it gave itself up"),
      }),
      startParams: [
        ...PGlite.defaultStartParams.filter((parameter) => parameter !== "-F"),
        ...Object.entries(PARAMETERS).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
      ],
    });
  } catch (error) {
    throw new Error(`The embedded database in ${folder} cannot be opened: ${String(error)}`);
  }
}

function serve(request: Uint8Array): void {
  const chunks: Uint8Array[] = [];
  // Nothing in it waits: `syncToFs` would be the only thing, and NODEFS has no use for it.
  pglite
    .execProtocolRawStream(request, {
      syncToFs: false,
      onRawData: (bytes) => void chunks.push(bytes.slice()),
    })
    .catch((error: unknown) => giveUp(String(error)));
  const answer = chunks.length === 1 ? chunks[0]! : new Uint8Array(Buffer.concat(chunks));
  port.postMessage(answer, [answer.buffer as ArrayBuffer]);
  isBetween = endsInSync(request) && !pglite.isInTransaction();
  quiet.refresh();
  if (segments >= CHECKPOINT_SEGMENTS && isBetween && !isTidying) void tidy();
}

/** The log goes on to a segment when a statement first opens it; a checkpoint opens later ones, to keep them for then. */
function countSegment(name: string): void {
  if (isTidying || name <= segment) return;
  segment = name;
  segments++;
}

/** Frees the log. A checkpoint is made by a background process in a PostgreSQL of several. */
function tidy(): Promise<void> {
  return undisturbed("it cannot free its log", async () => {
    await vacuum.run();
    await pglite.exec("checkpoint");
    segments = 0;
  });
}

async function tidyIfWorth(): Promise<void> {
  if (isBetween && !isTidying) await undisturbed("it cannot use old room again", () => vacuum.runIfWorth());
}

async function undisturbed(failure: string, work: () => Promise<void>): Promise<void> {
  isTidying = true;
  try {
    await work();
  } catch (error) {
    giveUp(`${failure}: ${String(error)}`);
  } finally {
    isTidying = false;
  }
}

async function close(): Promise<void> {
  // Ends with a checkpoint, so that the next start has nothing to replay.
  await pglite.close();
  process.exit(0);
}

/** Ends this thread at once. The next one finds on the disk what is really there. */
function giveUp(reason: string): never {
  port.postMessage({ failed: reason });
  process.exit(1);
}

function refuseOtherVersion(place: string): void {
  const found = readFileSync(join(place, "PG_VERSION"), "utf8").trim();
  if (found === MAJOR) return;
  throw new Error(
    `The data folder ${place} was written by PostgreSQL ${found}; this server has ${MAJOR} inside. ` +
      "Start the version of Pollux that wrote it, or give this one another DATA_DIR.",
  );
}
