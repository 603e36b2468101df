// The section of docs/compatibility.md that counts what is replayed and what differs.

import { readFileSync, writeFileSync } from "node:fs";
import type { Known } from "./known.ts";
import { readExchanges, readLines } from "./recording.ts";
import { sittings } from "./recordings.ts";
import { outcomesIn } from "./sse.ts";
import { readTranscript } from "./transcript.ts";

const page = new URL("../../docs/compatibility.md", import.meta.url);
const begin = "<!-- replay: made by `npm run replay -- --write` -->";
const end = "<!-- /replay -->";

/** Writes the section into the page, which is made where there is none. */
export function writeReport(known: Known): void {
  const text = readPage();
  const [before = "", rest = ""] = text.includes(begin) ? text.split(begin) : [`${text}\n`, ""];
  const after = rest.split(end)[1] ?? "\n";
  writeFileSync(page, `${before}${begin}\n\n${section(known)}\n${end}${after}`);
}

function readPage(): string {
  try {
    return readFileSync(page, "utf8");
  } catch {
    return "# Compatibility with Eclipse Ditto\n";
  }
}

/** The section as it should read. */
export function section(known: Known): string {
  const rows = sittings
    .flatMap(({ files }) => files)
    .map((file) => {
      const differing = Object.keys(known[file] ?? {}).length;
      const total = countOf(file);
      return `| ${file} | ${total} | ${total - differing} | ${differing} |`;
    });
  return [
    "## Replay of the recordings",
    "",
    "What a real Ditto 3.9.6 answered is replayed against this server by `npm run replay` and by the tests. The",
    "differences are listed in `test/replay/known-differences.json`, each with its reason; the tests fail on any other,",
    "and on one that is listed but gone.",
    "",
    "| Recording | Answers | As recorded | Differing |",
    "| --- | ---: | ---: | ---: |",
    ...rows,
    "",
    "| Reason of the difference | Answers |",
    "| --- | ---: |",
    ...byReason(known).map(([reason, count]) => `| ${reason.replaceAll("|", "\\|")} | ${count} |`),
    "",
  ].join("\n");
}

/** The most frequent reason first. */
function byReason(known: Known): [string, number][] {
  const counts = new Map<string, number>();
  for (const reason of Object.values(known).flatMap((list) => Object.values(list))) {
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts].sort(([a, x], [b, y]) => y - x || a.localeCompare(b));
}

/** How many answers of a recording are compared; a session's end counts as one. */
function countOf(file: string): number {
  if (file.startsWith("connections-")) return readLines(file).length;
  if (file.startsWith("sse-")) return outcomesIn(file);
  if (!file.startsWith("ws-")) return readExchanges(file).length;
  const compared = readTranscript(file).filter(({ kind }) => kind !== "send" && kind !== "request");
  return compared.length + 1;
}
