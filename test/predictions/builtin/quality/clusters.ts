import { column, type Figure, mean, readSeries, run, streaming, vectors } from "./series.ts";

/** Where the first clusters are found. */
const SEEDED = 50;

/** Adjusted Rand indices against the true classes, a mean of five orders, of the readings after the first fifty. */
export async function clusterFigures(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const name of ["iris", "wine"]) {
    const series = readSeries(`clusters-${name}`);
    const rows = vectors(series);
    const [runs, truth] = [column(series, "run"), column(series, "class")];
    const model = await streaming(
      "clustering",
      { k: 3 },
      (rows[0] as number[]).map((_, i) => `x${i}`),
    );
    const ids = [...new Set(runs)];
    const own = ids.map((id) => runs.flatMap((each, i) => (each === id ? [i] : [])));
    const index = (labelsOf: (places: number[]) => number[]): number =>
      mean(
        own.map((places) => {
          const labels = labelsOf(places).slice(SEEDED);
          return adjustedRand(
            labels,
            places.slice(SEEDED).map((i) => truth[i] as number),
          );
        }),
      );
    const other = (way: string) => index((places) => places.map((i) => column(series, way)[i] as number));
    figures.push({
      ...{ series: name, figure: "adjusted Rand index" },
      ours: index((places) =>
        run(
          model,
          places.map((i) => rows[i] as number[]),
        ).map(({ cluster }) => Number(cluster)),
      ),
      others: { kmeans: other("kmeans"), minibatch: other("minibatch") },
    });
  }
  return figures;
}

/** How far two ways to divide agree: 1 where they are the same, 0 as by chance (Hubert & Arabie 1985). */
export function adjustedRand(a: readonly number[], b: readonly number[]): number {
  const pairs = (counts: Iterable<number>): number =>
    [...counts].reduce((sum, n) => sum + (n * (n - 1)) / 2, 0);
  const together = pairs(countBy(a.map((label, i) => `${label} ${b[i]}`)));
  const [ofA, ofB] = [pairs(countBy(a.map(String))), pairs(countBy(b.map(String)))];
  const byChance = (ofA * ofB) / pairs([a.length]);
  const most = (ofA + ofB) / 2;
  return most === byChance ? 1 : (together - byChance) / (most - byChance);
}

function countBy(keys: readonly string[]): number[] {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts.values()];
}
