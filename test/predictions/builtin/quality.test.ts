// Built-in models on known series, beside what others reach on them (test/fixtures/predictions/series/make.py). All figures:
// `node bench/predictions/builtin-quality.ts`.

import { expect, test } from "vitest";
import { alarms, anomalyFigures } from "./quality/anomalies.ts";
import { clusterFigures } from "./quality/clusters.ts";
import { coverages, forecastFigures } from "./quality/forecasts.ts";
import { lifeFigures } from "./quality/lives.ts";
import type { Figure } from "./quality/series.ts";

const [anomalies, called, forecasts, covered, lives, clusters] = await Promise.all([
  anomalyFigures(),
  alarms(),
  forecastFigures(),
  coverages(),
  lifeFigures(),
  clusterFigures(),
]);

const of = (figures: readonly Figure[], series: RegExp, figure: RegExp): readonly Figure[] => {
  const found = figures.filter((each) => series.test(each.series) && figure.test(each.figure));
  expect(found).not.toHaveLength(0);
  return found;
};

const other = ({ others }: Figure, way: string): number => others[way] as number;

test("anomalies in one column are ranked about as well as by methods that know the whole series", () => {
  for (const each of of(anomalies, /co2-changes|elnino/, /ROC/)) {
    expect(each.ours, each.series).toBeGreaterThan(other(each, "isolation") - 0.01);
    expect(each.ours, each.series).toBeGreaterThan(other(each, "rolling") - 0.01);
  }
  for (const each of of(anomalies, /co2-changes|elnino/, /precision/)) {
    expect(each.ours, each.series).toBeGreaterThan(0.9 * other(each, "isolation"));
  }
});

test("what lies between two usual states is found, which no z-score finds", () => {
  for (const each of of(anomalies, /two-modes/, /ROC/)) {
    expect(each.ours, each.series).toBeGreaterThan(0.95);
    expect(other(each, "rolling"), each.series).toBeLessThan(0.2);
  }
});

test("anomalies in many columns are ranked not much worse than by an isolation forest of all of them", () => {
  for (const each of of(anomalies, /breast-cancer|wine|digits/, /ROC/)) {
    expect(each.ours, each.series).toBeGreaterThan(other(each, "isolation") - 0.12);
    expect(each.ours, each.series).toBeGreaterThan(other(each, "rolling") - 0.07);
  }
});

test("in one column few usual readings raise an alarm", () => {
  for (const each of of(called, /co2-changes|elnino|two-modes/, /false/))
    expect(each.ours).toBeLessThan(0.02);
  for (const each of of(called, /co2-changes|elnino/, /false/)) expect(each.ours).toBeLessThan(0.002);
});

test("forecasts are about as good as those of models fitted anew at each reading", () => {
  for (const each of of(forecasts, /./, / 1 ahead/)) {
    expect(each.ours, each.series).toBeLessThan(1.2 * other(each, "es"));
    expect(each.ours, each.series).toBeLessThan(1.05 * other(each, "naive"));
  }
  for (const each of of(forecasts, /./, / (4|6|12) ahead/)) {
    expect(each.ours, `${each.series} ${each.figure}`).toBeLessThan(1.15 * other(each, "es"));
  }
});

test("seasonal forecasts are better than repeating the last season", () => {
  for (const each of of(forecasts, /^(co2|elnino)$/, /./))
    expect(each.ours).toBeLessThan(0.9 * other(each, "seasonal"));
});

test("intervals of forecasts are about as wide as they say, and narrower than they should be at worst", () => {
  for (const each of of(covered, /./, / 1 ahead/)) expect(each.ours, each.series).toBeGreaterThan(0.78);
  for (const each of of(covered, /./, /./)) expect(each.ours, each.series).toBeGreaterThan(0.65);
});

test("the end of simulated wear is told better than by least squares, whatever the shape", () => {
  for (const each of of(lives, /linear|exponential/, /error/)) {
    for (const way of ["line", "logline", "recent"])
      expect(each.ours, each.series).toBeLessThan(other(each, way));
  }
  for (const each of of(lives, /linear|exponential/, /coverage/))
    expect(each.ours, each.series).toBeGreaterThan(0.85);
});

test("the end of a trend that quickens is told better than by one line through all of it", () => {
  for (const each of of(lives, /co2/, /error/)) expect(each.ours).toBeLessThan(0.7 * other(each, "line"));
});

test("clusters are about those of k-means over all readings at once", () => {
  for (const each of of(clusters, /./, /./)) {
    expect(each.ours, each.series).toBeGreaterThan(other(each, "kmeans") - 0.04);
    expect(each.ours, each.series).toBeGreaterThan(other(each, "minibatch") - 0.02);
  }
});
