import type { JsonObject } from "../../../../src/base/json/json.ts";
import type { Outputs } from "../../../../src/predictions/models/scoring.ts";
import { column, type Figure, mean, readSeries, run, type Series, streaming } from "./series.ts";

const cases: readonly { name: string; parameters: JsonObject }[] = [
  { name: "linear", parameters: { threshold: 10 } },
  { name: "exponential", parameters: { threshold: 10 } },
  { name: "held-out-linear", parameters: { threshold: 10 } },
  { name: "held-out-exponential", parameters: { threshold: 10 } },
  { name: "co2", parameters: { threshold: 370 } },
];
const others = ["line", "logline", "recent"] as const;
const DAY_MS = 86_400_000;

/** What the model says in each run that a series holds. */
async function outputsOf(series: Series, parameters: JsonObject): Promise<Outputs[]> {
  const model = await streaming("remaining-useful-life", parameters);
  const [runs, days, values] = [column(series, "run"), column(series, "day"), column(series, "value")];
  return [...new Set(runs)].flatMap((id) => {
    const own = runs.flatMap((each, i) => (each === id ? [i] : []));
    return run(
      model,
      own.map((i) => [values[i] as number]),
      own.map((i) => (days[i] as number) * DAY_MS),
    );
  });
}

/** The places in the second half of each run's life where the others have told theirs. */
function judged(series: Series): number[] {
  const [runs, left, line] = [column(series, "run"), column(series, "left"), column(series, "line")];
  const begins = new Map<number, number>();
  for (const [i, id] of runs.entries()) if (!begins.has(id)) begins.set(id, left[i] as number);
  return line.flatMap((value, i) => {
    const isLate = (left[i] as number) <= (begins.get(runs[i] as number) as number) / 2;
    return isLate && !Number.isNaN(value) ? [i] : [];
  });
}

/** Mean absolute errors in days over the second half of lives; no forecast counts as off by what is left. */
export async function lifeFigures(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { name, parameters } of cases) {
    const series = readSeries(`life-${name}`);
    const left = column(series, "left");
    const places = judged(series);
    const outputs = await outputsOf(series, parameters);
    const error = (forecasts: readonly unknown[]): number =>
      mean(
        places.map((i) => {
          const forecast = forecasts[i];
          const isTold = typeof forecast === "number" && !Number.isNaN(forecast);
          return Math.abs((isTold ? forecast : 0) - (left[i] as number));
        }),
      );
    figures.push({
      ...{ series: name, figure: "mean absolute error, days" },
      ours: error(outputs.map(({ remainingDays }) => remainingDays)),
      others: Object.fromEntries(others.map((other) => [other, error(column(series, other))])),
    });
    const within = places.filter((i) => isWithin(outputs[i] as Outputs, left[i] as number)).length;
    figures.push({ series: name, figure: "coverage of 90 %", ours: within / places.length, others: {} });
  }
  return figures;
}

/** An upper end that is not told is none. */
function isWithin({ lower, upper, remainingDays }: Outputs, left: number): boolean {
  if (remainingDays === null) return false;
  return (lower as number) <= left && (upper === null || left <= (upper as number));
}
