import { expect, test } from "vitest";
import { Sample } from "../../../src/predictions/monitoring/statistics/sample.ts";

/** The generator of Park and Miller: a test must not depend on chance. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

test("a sample holds all values as long as there is room", () => {
  const sample = new Sample(3);
  for (const value of [3, Number.NaN, 1, 2]) sample.add(value);

  expect([...sample.sorted()]).toEqual([1, 2, 3]);
  expect(sample).toMatchObject({ seen: 4, missing: 1 });
});

test("of more values it holds each with the same probability", () => {
  const random = generator(1);
  const chosen = new Uint32Array(10);
  for (let round = 0; round < 400; round++) {
    const sample = new Sample(50, 0, random);
    for (let value = 0; value < 500; value++) sample.add(value);
    for (const value of sample.sorted()) chosen[Math.floor(value / 50)]! += 1;
  }

  // 2,000 of each tenth are expected, with a standard deviation of about 42
  for (const count of chosen) expect(Math.abs(count - 2_000)).toBeLessThan(200);
});

test("what was saved is taken up bit by bit", () => {
  const sample = new Sample(10, 2);
  const values = [0.1, -1e308, 5e-324, 2 ** 53];
  for (const value of values) sample.add(value);

  const restored = Sample.restore(JSON.parse(JSON.stringify(sample.save())), 10);

  expect([...(restored?.sorted() ?? [])]).toEqual([-1e308, 5e-324, 0.1, 2 ** 53]);
  expect(restored).toMatchObject({ seen: 6, missing: 2 });
});

test.each([
  ["no object", "[]"],
  ["without its values", '{"numbers":1,"missing":0}'],
  ["of another size", '{"numbers":2,"missing":0,"values":"AAAAAAAA8D8="}'],
  ["of broken values", '{"numbers":1,"missing":0,"values":"AAAAAAAA8D"}'],
])("what is %s is not taken up", (_, text) => {
  expect(Sample.restore(JSON.parse(text), 10)).toBeUndefined();
});
