// A process to be killed: policies whose subjects expire one after the other. Says on its standard output which are made.

import { openJournal } from "../../../src/journal/open.ts";
import { announcingWorld, inMillis, policyOf } from "./world.ts";

const dataDir = process.argv[2]!;
const journal = await openJournal({ dataDir });
const world = announcingWorld(journal);
world.watch.start();

for (let i = 0; ; i++) {
  const id = `org.acme:p${i}`;
  await world.ask("create", "/", policyOf({ "x:y": { type: "t", expiry: inMillis(300 + (i % 50)) } }), id);
  process.stdout.write(`${id}\n`);
}
