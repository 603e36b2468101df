// Program: appends to a journal of its own; nothing else.

import { openDatabase, type StorageOptions } from "../../src/journal/open.ts";
import { storedJournal } from "../../src/journal/stored-journal.ts";
import { things } from "../connections/messages.ts";
import { keepOpen, rate, rowsOf } from "../load/append.ts";
import { serveJobs } from "../load/jobs.ts";

export interface AppendJob {
  readonly storage: StorageOptions;
  readonly count: number;
}

let opened: ReturnType<typeof open> | undefined;
let round = 0;

async function open(storage: StorageOptions) {
  return storedJournal(await openDatabase(storage), () => undefined);
}

async function run({ storage, count }: AppendJob): Promise<number> {
  opened ??= open(storage);
  const journal = await opened;
  const rows = rowsOf(`round${round++}`, count, things);
  return await rate(count, () => keepOpen(journal, rows));
}

serveJobs(run);
