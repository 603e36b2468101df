import type { JsonObject } from "../../../../src/base/json/json.ts";
import { column, type Figure, mean, readSeries, run, type Series, streaming } from "./series.ts";

const cases: readonly { name: string; season: number; horizons: readonly [number, number] }[] = [
  { name: "co2", season: 12, horizons: [1, 12] },
  { name: "elnino", season: 12, horizons: [1, 6] },
  { name: "gdp", season: 0, horizons: [1, 4] },
  { name: "unemployment", season: 0, horizons: [1, 4] },
  { name: "nile", season: 0, horizons: [1, 4] },
  { name: "sunspots", season: 0, horizons: [1, 4] },
  { name: "held-out-consumption", season: 0, horizons: [1, 4] },
  { name: "held-out-investment", season: 0, horizons: [1, 4] },
  { name: "held-out-bills", season: 0, horizons: [1, 4] },
];

/** Mean absolute errors over the second half of each series, of forecasts one and more steps ahead. */
export async function forecastFigures(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { name, season, horizons } of cases) {
    const series = readSeries(`forecast-${name}`);
    for (const horizon of horizons) figures.push(await figure(name, series, { season, horizon }));
  }
  return figures;
}

async function figure(
  name: string,
  series: Series,
  parameters: { season: number; horizon: number },
): Promise<Figure> {
  const values = column(series, "value");
  const { horizon } = parameters;
  const ours = shifted(await told(values, parameters, "value"), horizon);
  const others = Object.fromEntries(
    [...series]
      .filter(([other]) => other.endsWith(`_${horizon}`))
      .map(([other, forecasts]) => [other.replace(/_\d+$/, ""), errorOf(values, forecasts)]),
  );
  return {
    series: name,
    figure: `mean absolute error, ${horizon} ahead`,
    ours: errorOf(values, ours),
    others,
  };
}

async function told(values: readonly number[], parameters: JsonObject, output: string): Promise<number[]> {
  const model = await streaming("forecast", parameters);
  return run(
    model,
    values.map((value) => [value]),
  ).map((outputs) => Number(outputs[output]));
}

/** Beside the readings that they are of. */
const shifted = (forecasts: readonly number[], horizon: number): number[] =>
  forecasts.map((_, i) => forecasts[i - horizon] ?? Number.NaN);

function errorOf(values: readonly number[], forecasts: readonly number[]): number {
  const half = Math.floor(values.length / 2);
  return mean(values.slice(half).map((value, i) => Math.abs(value - (forecasts[half + i] as number))));
}

/** The share of readings of the second half that lie in the intervals of 90 % told before. */
export async function coverages(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { name, season, horizons } of cases) {
    const values = column(readSeries(`forecast-${name}`), "value");
    const half = Math.floor(values.length / 2);
    for (const horizon of horizons) {
      const lower = shifted(await told(values, { season, horizon }, "lower"), horizon);
      const upper = shifted(await told(values, { season, horizon }, "upper"), horizon);
      const within = values.slice(half).map((value, i) => {
        const isWithin = value >= (lower[half + i] as number) && value <= (upper[half + i] as number);
        return isWithin ? 1 : 0;
      });
      figures.push({
        series: name,
        figure: `coverage of 90 %, ${horizon} ahead`,
        ours: mean(within),
        others: {},
      });
    }
  }
  return figures;
}
