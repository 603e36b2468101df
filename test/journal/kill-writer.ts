// A process to be killed: appends to the embedded database and says on its standard output what is acknowledged.

import { openJournal } from "../../src/journal/open.ts";
import { row } from "./appends.ts";

const ENTITIES = 40;
const dataDir = process.argv[2]!;
const journal = await openJournal({ dataDir });

for (let i = 0; i < ENTITIES; i++) void write(`ns:killed-${i}`);

async function write(id: string): Promise<void> {
  const { tail } = await journal.load("thing", id);
  append(id, (tail.at(-1)?.revision ?? 0) + 1);
}

/** Two at a time, the second on top of the first, not yet committed one. */
function append(id: string, revision: number): void {
  journal.append([row(id, revision)], (error) => told(id, revision, error));
  journal.append([row(id, revision + 1)], (error) => {
    told(id, revision + 1, error);
    append(id, revision + 2);
  });
}

function told(id: string, revision: number, error: Error | undefined): void {
  if (error !== undefined) throw error;
  process.stdout.write(`${id} ${revision}\n`);
}
