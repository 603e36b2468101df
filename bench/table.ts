import { aimOf, number, verdictOf } from "./report/figure.ts";
import type { BenchRow } from "./row.ts";

const HEAD: readonly string[] = ["Workload", "Measured", "Limit", "Ratio", "Aim", ""];

type Cells = readonly string[];

/** Rows as a Markdown table, aligned so that it reads well in a terminal too. */
export const table = (rows: readonly BenchRow[]): string => aligned(rows.map(cellsOf));

/** The same after a table of an earlier run, whose rows stay where they were not measured anew. */
export function tableAfter(earlier: string, rows: readonly BenchRow[]): string {
  const cells = new Map(readTable(earlier).map((row) => [row[0], row]));
  for (const row of rows) cells.set(row.name, cellsOf(row));
  return aligned([...cells.values()]);
}

/** The rows of a table that {@link table} made. */
const readTable = (text: string): readonly Cells[] =>
  text
    .split("\n")
    .slice(2)
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

const cellsOf = (row: BenchRow): Cells => [
  row.name,
  `${number(row.value)} ${row.unit}`,
  row.limit === undefined ? "" : number(row.limit),
  row.ratio === undefined ? "" : row.ratio.toFixed(2),
  aimOf(row),
  verdictOf(row),
];

function aligned(rows: readonly Cells[]): string {
  const cells = [HEAD, ...rows];
  const widths = HEAD.map((_, i) => Math.max(1, ...cells.map((row) => (row[i] ?? "").length)));
  const lines = cells.map((row) => `| ${row.map((cell, i) => pad(cell, i, widths)).join(" | ")} |`);
  const rule = `| ${widths.map((width, i) => (i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [lines[0], rule, ...lines.slice(1)].join("\n");
}

const pad = (cell: string, i: number, widths: readonly number[]): string =>
  i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0);
