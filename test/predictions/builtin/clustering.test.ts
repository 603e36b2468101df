import { expect, test } from "vitest";
import { randomFrom } from "../../../src/predictions/models/builtin/random.ts";
import type { Outputs } from "../../../src/predictions/models/scoring.ts";
import { run, streaming } from "./quality/series.ts";

const random = randomFrom(11);
const around = (...centre: number[]): number[] => centre.map((x) => x + random() - 0.5);
const modes = [
  [0, 100],
  [20, 0],
  [50, 50],
] as const;
const mixed = (length: number): number[][] =>
  Array.from({ length }, (_, i) => around(...(modes[i % 3] as readonly number[])));
const columns = ["a", "b"];

test("readings of one mode are of one cluster, and those of another of another", async () => {
  const model = await streaming("clustering", { k: 3 }, columns);

  const clusters = run(model, mixed(300))
    .map(({ cluster }) => cluster)
    .slice(60);

  expect(new Set(clusters.slice(0, 3)).size).toBe(3);
  expect(clusters).toEqual(clusters.map((_, i) => clusters[i % 3]));
});

test("nothing is said while the first readings are gathered", async () => {
  const model = await streaming("clustering", { k: 3, seedSize: 20 }, columns);

  const outputs = run(model, mixed(21));

  expect(outputs[19]).toEqual({
    cluster: null,
    distance: null,
    distances: null,
    isNew: false,
    confidence: 0,
  });
  expect(outputs[20]?.distances).toHaveLength(3);
});

test("the nearest cluster is the one told, with its distance", async () => {
  const model = await streaming("clustering", { k: 3 }, columns);

  for (const { cluster, distance, distances } of run(model, mixed(100)).slice(50)) {
    expect(distance).toBe(Math.min(...(distances as number[])));
    expect((distances as number[])[cluster as number]).toBe(distance);
  }
});

test("a reading where there was none is new", async () => {
  const model = await streaming("clustering", { k: 3 }, columns);
  const outputs = run(model, [...mixed(200), [100, -100]]);

  expect(outputs.slice(100, 200).filter(({ isNew }) => isNew)).toHaveLength(0);
  expect(outputs.at(-1)).toMatchObject({ isNew: true });
});

test("a cluster that nothing comes to any more is given to what is new", async () => {
  const model = await streaming("clustering", { k: 2, halfLife: 50 }, columns);
  const first = Array.from({ length: 100 }, (_, i) => around(...(modes[i % 2] as readonly number[])));
  const then = Array.from({ length: 600 }, () => around(...modes[0]));
  const anew = Array.from({ length: 100 }, (_, i) => around(...(i % 2 === 0 ? modes[0] : [80, 80])));

  const outputs = run(model, [...first, ...then, ...anew]);

  const [old, fresh] = (outputs.slice(-2) as Outputs[]).map(({ cluster }) => cluster);
  expect(fresh).not.toBe(old);
  expect(outputs.at(-1)).toMatchObject({ isNew: false });
});

test("all readings alike are one cluster", async () => {
  const model = await streaming("clustering", { k: 3 }, columns);

  const outputs = run(model, new Array<number[]>(100).fill([5, 5]));

  expect(outputs.at(-1)).toMatchObject({ cluster: 0, distance: 0, isNew: false });
});

test("a column without a value is left out of distances", async () => {
  const model = await streaming("clustering", { k: 3 }, columns);
  const outputs = run(model, [...mixed(200), [0, Number.NaN], [0, 100]]);

  expect(outputs.at(-2)?.cluster).toBe(outputs.at(-1)?.cluster);
});
