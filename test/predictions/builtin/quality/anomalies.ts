import type { JsonObject } from "../../../../src/base/json/json.ts";
import { averagePrecision, rocAuc } from "./ranking.ts";
import { column, type Figure, readSeries, run, streaming, vectors } from "./series.ts";

export const anomalySeries = [
  "co2-changes",
  "elnino",
  "two-modes",
  "breast-cancer",
  "wine",
  "digits",
  "held-out-co2-changes",
  "held-out-elnino",
  "held-out-two-modes",
  "held-out-breast-cancer",
  "held-out-wine",
  "held-out-digits",
] as const;

/** The first readings are not judged: a stream has to learn first. */
const SKIPPED = 40;
const others = ["isolation", "zscore", "rolling"] as const;

/** How well scores tell odd readings from usual ones. */
export async function anomalyFigures(parameters: JsonObject = {}): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const name of anomalySeries) {
    const series = readSeries(`anomaly-${name}`);
    const rows = vectors(series);
    const columns = (rows[0] as number[]).map((_, i) => `x${i}`);
    const model = await streaming("anomaly", parameters, columns);
    const labels = column(series, "label").slice(SKIPPED);
    const ours = run(model, rows)
      .map(({ score }) => score as number)
      .slice(SKIPPED);
    for (const [figure, judge] of Object.entries({
      "ROC AUC": rocAuc,
      "average precision": averagePrecision,
    })) {
      figures.push({
        ...{ series: name, figure, ours: judge(ours, labels) },
        others: Object.fromEntries(
          others.map((other) => [other, judge(column(series, other).slice(SKIPPED), labels)]),
        ),
      });
    }
  }
  return figures;
}

/** The shares of usual readings called anomalous, and of odd ones, at the default threshold. */
export async function alarms(parameters: JsonObject = {}): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const name of anomalySeries) {
    const series = readSeries(`anomaly-${name}`);
    const rows = vectors(series);
    const model = await streaming(
      "anomaly",
      parameters,
      (rows[0] as number[]).map((_, i) => `x${i}`),
    );
    const labels = column(series, "label");
    const called = run(model, rows).map(({ anomalous }) => anomalous === true);
    const share = (label: number): number => {
      const of = called.filter((_, i) => i >= SKIPPED && labels[i] === label);
      return of.filter(Boolean).length / of.length;
    };
    figures.push({ series: name, figure: "false alarms", ours: share(0), others: {} });
    figures.push({ series: name, figure: "anomalies found", ours: share(1), others: {} });
  }
  return figures;
}
