// What a run, or several into the same folder, found out: the JSON of it, which the page is made from.

import type { BenchRow } from "../row.ts";
import type { Run } from "./run.ts";

/** Lines over time, or over a number. */
export interface LinePlot {
  readonly title: string;
  /** What x counts, such as `s`. */
  readonly across: string;
  readonly unit: string;
  readonly lines: readonly {
    readonly name: string;
    readonly points: readonly (readonly [x: number, y: number])[];
  }[];
}

/** What was measured of one subject. */
export interface Area {
  readonly rows: readonly BenchRow[];
  readonly plots?: readonly LinePlot[];
  /** What others make something of, as JSON. */
  readonly data?: unknown;
}

/** By title. */
export type Areas = ReadonlyMap<string, Area>;

export interface Report {
  readonly runs: readonly Run[];
  readonly areas: readonly ReportedArea[];
}

export interface ReportedArea {
  readonly title: string;
  readonly rows: readonly ReportedRow[];
  readonly plots: readonly LinePlot[];
  readonly data?: unknown;
}

/** A row and which of the runs measured it. */
export type ReportedRow = BenchRow & { readonly run: number };

/**
 * A report with what a run measured: of an area that was there, rows and plots of the same name give way, the others stay with the
 * run that they are of. Runs of which nothing is left go.
 */
export function withRun(earlier: Report | undefined, run: Run, areas: Areas): Report {
  const runs = [...(earlier?.runs ?? []), run];
  const at = runs.length - 1;
  const all = new Map((earlier?.areas ?? []).map((area) => [area.title, area]));
  for (const [title, area] of areas) all.set(title, merged(all.get(title), title, area, at));
  return withoutUnused({ runs, areas: [...all.values()] });
}

function merged(before: ReportedArea | undefined, title: string, area: Area, run: number): ReportedArea {
  const rows = new Map<string, ReportedRow>(before?.rows.map((row) => [row.name, row]));
  for (const row of area.rows) rows.set(row.name, { ...row, run });
  const plots = new Map(before?.plots.map((plot) => [plot.title, plot]));
  for (const plot of area.plots ?? []) plots.set(plot.title, plot);
  const data = area.data ?? before?.data;
  return { title, rows: [...rows.values()], plots: [...plots.values()], ...(data !== undefined && { data }) };
}

function withoutUnused({ runs, areas }: Report): Report {
  const used = [...new Set(areas.flatMap(({ rows }) => rows.map(({ run }) => run)))].sort((a, b) => a - b);
  const place = new Map(used.map((run, at) => [run, at]));
  return {
    runs: runs.filter((_, at) => place.has(at)),
    areas: areas.map((area) => ({
      ...area,
      rows: area.rows.map((row) => ({ ...row, run: place.get(row.run) ?? 0 })),
    })),
  };
}
