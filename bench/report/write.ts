import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { htmlOf } from "./html.ts";
import { type Areas, type Report, withRun } from "./report.ts";
import { type Run, thisRun } from "./run.ts";

/** Writes `report.json` and `report.html` into a folder; what is there of earlier runs and was not measured anew stays. */
export function writeReport(folder: string, areas: Areas, run: Run = thisRun()): Report {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "report.json");
  const earlier = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Report) : undefined;
  const report = withRun(earlier, run, areas);
  writeFileSync(file, `${JSON.stringify(report, undefined, 1)}\n`);
  writeFileSync(join(folder, "report.html"), htmlOf(report));
  return report;
}
