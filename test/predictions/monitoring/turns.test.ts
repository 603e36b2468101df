// Large baselines are read and written in turns, between which others go on.

import { expect, test } from "vitest";
import { Drift } from "../../../src/predictions/monitoring/watch/drift.ts";

const columns = Array.from({ length: 1_024 }, (_, i) => `column${i}`);
const plan = { columns, size: 300, attributions: undefined, fingerprint: "f" };

/** A complete baseline, of which each sixteenth prediction counts. */
function complete(): Drift {
  const drift = new Drift(plan, 100);
  for (let i = 0; i < 300 * 16; i++)
    drift.add(
      columns.map((_, column) => Math.sin(i * (column + 1))),
      { score: i },
      0,
    );
  return drift;
}

/** What comes of it, and how many turns others had meanwhile. */
async function turnsDuring<T>(work: () => Promise<T>): Promise<{ result: T; turns: number }> {
  let turns = 0;
  let next = setImmediate(function again() {
    turns++;
    next = setImmediate(again);
  });
  const result = await work();
  clearImmediate(next);
  return { result, turns };
}

test("a large baseline is stored and taken up in turns, and is the same", async () => {
  const drift = complete();
  expect(drift.isComplete).toBe(true);

  const saved = await turnsDuring(() => drift.save());
  const other = new Drift(plan, 100);
  const restored = await turnsDuring(() => other.restore(saved.result as string));

  expect(saved.turns).toBeGreaterThan(10);
  expect(restored.turns).toBeGreaterThan(10);
  expect(other.json()).toEqual(drift.json());
  expect(await other.save()).toBe(await drift.save());
});

test("a baseline that is reset while it is taken up stays empty", async () => {
  const text = (await complete().save()) as string;
  const drift = new Drift(plan, 100);

  const restoring = drift.restore(text);
  drift.reset();
  await restoring;

  expect(drift.json().baseline).toMatchObject({ predictions: 0, complete: false });
});
