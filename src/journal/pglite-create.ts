// Makes an embedded database, in a thread that then ends: what it takes to make one is not kept in memory.

import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";
import { syncFolder } from "./pglite-files.ts";

const folder: string = workerData.folder;
// Made beside its place, and moved there once it is whole and on the disk: a start that was interrupted leaves
// a draft, never half a database.
const draft = `${folder}.new`;
rmSync(draft, { recursive: true, force: true });
mkdirSync(draft, { mode: 0o700 });
await (await PGlite.create(draft)).close();
syncTree(draft);
renameSync(draft, folder);
syncFolder(dirname(folder));

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
