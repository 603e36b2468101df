// `npm run replay -- [--url URL] [--file NAME] [--only N] [--write]`: replays the recordings and says what differs.
// Without --url it starts servers of its own; a server given must be empty and trust x-ditto-pre-authenticated.

import { parseArgs } from "node:util";
import { startServer } from "../support/server.ts";
import type { OnExchange, Outcome } from "./http.ts";
import { judge, listed, readKnown, writeKnown } from "./known.ts";
import { replay, type Sitting, sittings } from "./recordings.ts";
import { writeReport } from "./report.ts";

const { values: options } = parseArgs({
  options: {
    url: { type: "string" },
    file: { type: "string" },
    only: { type: "string" },
    write: { type: "boolean", default: false },
  },
});

const only = options.only === undefined ? undefined : Number(options.only);

/** Prints the whole of the exchange asked for. */
const tell: OnExchange = (exchange, sent, ours) => {
  if (exchange.n !== only) return;
  console.log(`${exchange.n} ${exchange.name}`);
  console.log("sent    ", JSON.stringify(sent));
  console.log("recorded", JSON.stringify(exchange.response));
  console.log("ours    ", JSON.stringify(ours));
};

async function sit(sitting: Sitting): Promise<[file: string, outcomes: Outcome[]][]> {
  const files = sitting.files.filter((file) => options.file === undefined || file === options.file);
  if (files.length === 0) return [];
  if (options.url !== undefined) return replayAll(files, options.url);
  await using server = await startServer({ env: sitting.env });
  return await replayAll(files, server.url);
}

async function replayAll(files: readonly string[], url: string): Promise<[string, Outcome[]][]> {
  const results: [string, Outcome[]][] = [];
  for (const file of files) {
    const last = only === undefined ? {} : { last: only };
    results.push([file, await replay(file, url, { ...last, onExchange: tell })]);
  }
  return results;
}

const known = readKnown();
const next = { ...known };
let unexpected = 0;
for (const sitting of sittings) {
  for (const [file, outcomes] of await sit(sitting)) {
    next[file] = listed(known, file, outcomes);
    const shown = only === undefined ? outcomes : outcomes.filter(({ n }) => n === only);
    for (const { n, name, differences } of shown) {
      if (differences.length > 0) console.log(`${file} ${n} ${name}\n  ${differences.join("\n  ")}`);
    }
    if (only !== undefined) continue;
    const { fresh, mended } = judge(known, file, outcomes);
    const differing = Object.keys(next[file]).length;
    unexpected += fresh.length + mended.length;
    console.log(
      `${file}: ${outcomes.length - differing} as recorded, ${differing} differ ` +
        `(${fresh.length} not on the list: ${fresh.map(({ n }) => n).join(" ") || "none"}; ` +
        `${mended.length} on it but gone: ${mended.join(" ") || "none"})`,
    );
  }
}
if (options.write && only === undefined) {
  writeKnown(next);
  writeReport(next);
} else if (unexpected > 0) {
  process.exitCode = 1;
}
