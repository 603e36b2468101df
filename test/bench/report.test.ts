// The report of benchmarks: what earlier runs measured stays, and the page shows everything of the JSON.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Report } from "../../bench/report/report.ts";
import { type Run, thisRun } from "../../bench/report/run.ts";
import { writeReport } from "../../bench/report/write.ts";

const runAt = (at: string): Run => ({
  ...{ at, commit: "abc1234", command: "npm run bench" },
  machine: { cpu: "Some <fast> one", cores: 2, memoryGb: 24, os: "Linux" },
  versions: { Node: "v24" },
});

const row = (name: string, value: number) => ({ name, value, unit: "answers/s" });
const plot = (title: string, y: number) => ({
  ...{ title, across: "s", unit: "MB" },
  lines: [
    {
      name: "server",
      points: [
        [0, y],
        [1, 2 * y],
      ] as const,
    },
  ],
});

test("runs into the same folder add up: what is measured again gives way, the rest stays with its run", async () => {
  const folder = await mkdtemp(join(tmpdir(), "pollux-report-"));
  try {
    writeReport(
      folder,
      new Map([["HTTP", { rows: [row("GET", 1), row("PUT", 2)] }]]),
      runAt("2026-01-01T10:00:00Z"),
    );
    writeReport(
      folder,
      new Map([["Scenario", { rows: [row("taken", 3)], plots: [plot("Memory", 1)] }]]),
      runAt("2026-01-02T10:00:00Z"),
    );
    writeReport(
      folder,
      new Map([
        ["HTTP", { rows: [row("GET", 9), row("PATCH", 4)] }],
        ["Scenario", { rows: [row("taken", 5)], plots: [plot("Memory", 7)] }],
      ]),
      runAt("2026-01-03T10:00:00Z"),
    );

    const report = JSON.parse(await readFile(join(folder, "report.json"), "utf8")) as Report;

    expect(report.runs.map(({ at }) => at.slice(0, 10))).toEqual(["2026-01-01", "2026-01-03"]);
    expect(
      report.areas.map(({ title, rows }) => [title, rows.map(({ name, value, run }) => [name, value, run])]),
    ).toEqual([
      [
        "HTTP",
        [
          ["GET", 9, 1],
          ["PUT", 2, 0],
          ["PATCH", 4, 1],
        ],
      ],
      ["Scenario", [["taken", 5, 1]]],
    ]);
    expect(report.areas[1]?.plots).toEqual([plot("Memory", 7)]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("the page shows figures beside their limits, runs and plots, with texts made safe and nothing from elsewhere", async () => {
  const folder = await mkdtemp(join(tmpdir(), "pollux-report-"));
  try {
    const beside = {
      name: "GET & more",
      value: 30,
      unit: "answers/s",
      limit: 40,
      ratio: 0.75,
      target: 0.8,
      rounds: { value: [28, 30, 31], limit: [40, 40, 41] },
    };
    writeReport(
      folder,
      new Map([["Area <1>", { rows: [beside], plots: [plot("Memory", 4)] }]]),
      runAt("2026-01-01T10:00:00Z"),
    );

    const html = await readFile(join(folder, "report.html"), "utf8");

    expect(html).toContain("GET &#38; more");
    expect(html).toContain("Some &#60;fast&#62; one");
    expect(html).toContain('<span class="missed">missed</span>');
    expect(html).toContain("<td>0.75</td>");
    expect(html.match(/<svg /g)).toHaveLength(2);
    expect(html.match(/<polyline points="[\d., ]+"/g)).toHaveLength(1);
    expect(html).not.toContain("NaN");
    expect(html.replaceAll('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(/https?:|<script|<link/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a run knows its machine, its commit and the versions", () => {
  const run = thisRun();

  expect(run.machine.cores).toBeGreaterThan(0);
  expect(run.versions.Node).toBe(process.version.slice(1));
  expect(Date.parse(run.at)).toBeGreaterThan(0);
});
