// The embedded database's thread: PostgreSQL's wire protocol in, PostgreSQL's wire protocol out.
//
// One message is one write of the client, always whole protocol messages. Everything runs synchronously, so no
// statement ever meets another's half-done work.

import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";
import { SyncedFiles, syncFolder } from "./pglite-files.ts";
import { endsInSync } from "./pglite-protocol.ts";

/** Major version of the PostgreSQL inside PGlite: a folder of another one cannot be opened. */
const MAJOR = "18";
/** Log segments (16 MB) after which a checkpoint is due. */
const CHECKPOINT_SEGMENTS = 4;

const PARAMETERS = {
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  // Emscripten's fdatasync cannot be reached from outside, its fsync can (pglite-files.ts).
  wal_sync_method: "fsync",
  min_wal_size: "32MB",
  max_wal_size: "96MB",
  // No other process will ever want the log.
  wal_level: "minimal",
  max_wal_senders: "0",
};

const port = parentPort!;
const folder: string = workerData.folder;

let segments = 0;
if (!existsSync(folder)) await create(folder);
refuseOtherVersion(folder);
const pglite = await PGlite.create({
  fs: new SyncedFiles(folder, {
    segment: () => segments++,
    syncFailed: (error) => giveUp(`the disk refused to sync: ${String(error)}`),
    aborted: () => giveUp("it gave itself up"),
  }),
  startParams: [
    ...PGlite.defaultStartParams.filter((parameter) => parameter !== "-F"),
    ...Object.entries(PARAMETERS).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ],
});
port.on("message", (message: Uint8Array | "close") => {
  if (message === "close") void close();
  else serve(message);
});
port.postMessage("ready");

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
  if (segments >= CHECKPOINT_SEGMENTS && endsInSync(request) && !pglite.isInTransaction()) tidy();
}

/**
 * What background processes do in a PostgreSQL of several: free the log, reuse the room of old rows, and keep
 * transaction numbers from running out. Each time only what changed since the last time is visited.
 */
function tidy(): void {
  segments = 0;
  const started = performance.now();
  Promise.all([pglite.exec("vacuum (freeze)"), pglite.exec("checkpoint")]).then(
    () => port.postMessage({ tidied: performance.now() - started }),
    (error: unknown) => giveUp(`it cannot free its log: ${String(error)}`),
  );
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

/** Makes the database beside its place and moves it there once it is whole and on the disk. */
async function create(place: string): Promise<void> {
  const draft = `${place}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  await (await PGlite.create(draft)).close();
  syncTree(draft);
  renameSync(draft, place);
  syncFolder(dirname(place));
}

function syncTree(root: string): void {
  for (const entry of readdirSync(root, { withFileTypes: true })) {
    const path = join(root, entry.name);
    if (entry.isDirectory()) syncTree(path);
    else if (entry.isFile()) syncFile(path);
  }
  syncFolder(root);
}

function syncFile(path: string): void {
  const descriptor = openSync(path, "r+");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function refuseOtherVersion(place: string): void {
  const found = readFileSync(join(place, "PG_VERSION"), "utf8").trim();
  if (found === MAJOR) return;
  throw new Error(
    `The data folder ${place} was written by PostgreSQL ${found}; this server has ${MAJOR} inside. ` +
      "Start the version of Pollux that wrote it, or give this one another DATA_DIR.",
  );
}
