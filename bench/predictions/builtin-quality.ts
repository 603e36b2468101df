// `node bench/predictions/builtin-quality.ts`: what built-in models reach on known series beside what others do, as tables
// of Markdown. The series and the figures of others are made by test/fixtures/predictions/series/make.py.

import { alarms, anomalyFigures } from "../../test/predictions/builtin/quality/anomalies.ts";
import { clusterFigures } from "../../test/predictions/builtin/quality/clusters.ts";
import { coverages, forecastFigures } from "../../test/predictions/builtin/quality/forecasts.ts";
import { lifeFigures } from "../../test/predictions/builtin/quality/lives.ts";
import type { Figure } from "../../test/predictions/builtin/quality/series.ts";

function print(title: string, figures: readonly Figure[]): void {
  const others = [...new Set(figures.flatMap(({ others }) => Object.keys(others)))];
  const cells = (row: readonly string[]): string => `| ${row.join(" | ")} |`;
  const shown = (value: number | undefined): string => (value === undefined ? "" : value.toPrecision(3));
  console.log(`\n**${title}**\n`);
  console.log(cells(["series", "figure", "ours", ...others]));
  console.log(cells(["---", "---", "--:", ...others.map(() => "--:")]));
  for (const { series, figure, ours, others: theirs } of figures) {
    console.log(cells([series, figure, shown(ours), ...others.map((other) => shown(theirs[other]))]));
  }
}

print("anomaly", await anomalyFigures());
print("anomaly, threshold 0.95", await alarms());
print("anomaly, threshold 0.9", await alarms({ threshold: 0.9 }));
print("forecast", [...(await forecastFigures()), ...(await coverages())]);
print("remaining-useful-life", await lifeFigures());
print("clustering", await clusterFigures());
