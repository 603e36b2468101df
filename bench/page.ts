import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import type { BenchRow } from "./row.ts";
import { table, tableAfter } from "./table.ts";

/** The rows of each server measured, by its title. */
export type Results = ReadonlyMap<string, readonly BenchRow[]>;

const page = new URL("../docs/benchmarks.md", import.meta.url);

/**
 * Writes docs/benchmarks.md. Servers that were not measured this time keep what the page says of them; so do workloads, where
 * only some were to be measured.
 */
export function writePage(results: Results, areAll: boolean): void {
  const sections = sectionsOf(read());
  for (const [title, rows] of results) {
    const earlier = areAll ? undefined : sections.get(title);
    sections.set(title, earlier === undefined ? table(rows) : tableAfter(earlier, rows));
  }
  const tables = [...sections].map(([title, text]) => `## ${title}\n\n${text}\n`);
  writeFileSync(page, `${introduction()}\n${tables.join("\n")}`);
}

function read(): string {
  try {
    return readFileSync(page, "utf8");
  } catch {
    return "";
  }
}

function sectionsOf(text: string): Map<string, string> {
  const sections = text.split(/^## /m).slice(1);
  return new Map(
    sections.map((section) => {
      const lineEnd = section.indexOf("\n");
      return [section.slice(0, lineEnd).trim(), section.slice(lineEnd).trim()];
    }),
  );
}

function introduction(): string {
  const cores = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  return [
    "# Benchmarks",
    "",
    "Made by `npm run bench -- --write`. Every workload is measured beside its limit in the same run and with the same",
    "load generator: a server that does nothing but the transport. The two are loaded in turns of a second or so, because",
    "the machine is slower one second than the next, and the medians are shown. Server, limit and load generator are",
    "processes of their own and share the cores of one machine, so the ratios say more than the figures. Permissions are",
    "measured in one process, beside what else it could do in that time; searches over 100,000 things beside the same statements, sent",
    "by as many callers straight to the database (where it is embedded after the server has stopped). Connections bring changes of a property",
    "of 50,000 things, each of which changes six times in a round; their limits are a consumer that only acknowledges, and a journal alone.",
    "Costs of a cluster are CPU time by command, beside that on one member. `npm run bench` also writes all of it, with plots and the single",
    "rounds, to `.tmp/bench/report.html` and `report.json`.",
    "",
    `Last run on ${cores.length} cores (${cores[0]?.model.trim()}), ${memory}, Node ${process.version}.`,
    "",
    "For comparison, Eclipse Ditto 3.9.6 with all its services on two such cores and an in-memory database answers with",
    "32 connections 2,000 GET/s (p50 15 ms) and 1,080 PUT/s (p50 27 ms), takes 23 s from its start to the first PUT, and",
    "2.0 GB resident when idle, 2.8 GB under load. Ten times that in rate, p50 and start with data is the floor here, a",
    "fifth of that memory the aim.",
    "",
  ].join("\n");
}
