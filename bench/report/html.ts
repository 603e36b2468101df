// The report as one page that needs nothing beside it.

import type { BenchRow } from "../row.ts";
import { aimOf, number, verdictOf } from "./figure.ts";
import type { Report, ReportedArea, ReportedRow } from "./report.ts";
import type { Run } from "./run.ts";
import { type Bar, bars, escaped, lines } from "./svg.ts";

const style = `body{font:14px/1.5 system-ui,sans-serif;max-width:1000px;margin:2em auto;padding:0 1em;color:#222}
table{border-collapse:collapse;margin:1em 0}th,td{padding:.15em .7em;border-bottom:1px solid #ddd;text-align:right;white-space:nowrap}
th:first-child,td:first-child{text-align:left;white-space:normal}.runs td{text-align:left;white-space:normal;vertical-align:top}.missed{color:#b3400b;font-weight:600}.met{color:#2e7d32}
nav a{margin-right:1em}svg{max-width:100%;height:auto;display:block;margin:.5em 0 1.5em}`;

/** Prints a report. */
export function htmlOf({ runs, areas }: Report): string {
  const links = areas.map(({ title }) => `<a href="#${anchorOf(title)}">${escaped(title)}</a>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Pollux: benchmarks</title><style>${style}</style></head><body>
<h1>Benchmarks</h1>
<p>What was measured stands beside its limit, which was measured in the same run; medians of rounds count. In the plots of shares the
limit is 1, a black mark is the aim, small marks are single rounds, and what misses its aim is orange.</p>
<nav>${links.join("")}</nav>
<h2>Runs</h2>
<div class="runs">${table(["", "Date", "Commit", "Machine", "Versions", "Command"], runs.map(runCells))}</div>
${areas.map(areaText).join("\n")}
</body></html>
`;
}

const runCells = (run: Run, at: number): string[] => {
  const { cpu, cores, memoryGb, os } = run.machine;
  const versions = Object.entries(run.versions).map(([name, version]) => `${name} ${version}`);
  return [
    String(at + 1),
    run.at.slice(0, 16).replace("T", " "),
    run.commit ?? "",
    `${cores} × ${cpu}, ${memoryGb} GB, ${os}`,
    versions.join(", "),
    run.command,
  ].map(escaped);
};

function areaText({ title, rows, plots }: ReportedArea): string {
  const beside = rows.flatMap(barOf);
  const over = plots
    .filter((plot) => plot.lines.some(({ points }) => points.length > 0))
    .map((plot) => `<h3>${escaped(plot.title)}</h3>\n${lines(plot)}`);
  return [
    `<h2 id="${anchorOf(title)}">${escaped(title)}</h2>`,
    table(["", "Measured", "Limit", "Ratio", "Aim", "", "Run"], rows.map(rowCells)),
    beside.length > 0 ? `<h3>Shares of limits</h3>\n${bars(beside)}` : "",
    ...over,
  ].join("\n");
}

function rowCells(row: ReportedRow): string[] {
  const verdict = verdictOf(row);
  return [
    escaped(row.name),
    escaped(`${number(row.value)} ${row.unit}`),
    row.limit === undefined ? "" : number(row.limit),
    row.ratio === undefined ? "" : row.ratio.toFixed(2),
    aimOf(row),
    verdict && `<span class="${verdict}">${verdict}</span>`,
    String(row.run + 1),
  ];
}

function barOf(row: BenchRow): Bar[] {
  if (row.ratio === undefined) return [];
  const limits = row.rounds?.limit ?? [];
  const rounds =
    limits.length > 0 ? (row.rounds?.value ?? []).map((value, at) => value / (limits[at] ?? 0)) : [];
  const aim = row.target === undefined ? {} : { aim: row.target };
  const isMissed = verdictOf(row) === "missed";
  return [{ name: row.name, value: row.ratio, ...aim, isMissed, rounds: rounds.filter(Number.isFinite) }];
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const line = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join("")}</tr>`;
  return `<table>${line(head, "th")}\n${rows.map((row) => line(row, "td")).join("\n")}</table>`;
};

const anchorOf = (title: string): string => title.toLowerCase().replace(/[^a-z0-9]+/g, "-");
