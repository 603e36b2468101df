// Stopping in order and in bounded time.

import { expect, test } from "vitest";
import { stopInOrder } from "../../src/ops/shutdown.ts";

const forever = () => new Promise<void>(() => undefined);

test("steps are taken one after another, and there is nothing to tell of them", async () => {
  const taken: string[] = [];
  const step = (name: string) => async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    taken.push(name);
  };
  const troubles = await stopInOrder(
    [
      ["doors", step("doors")],
      ["twins", step("twins")],
      ["journal", () => taken.push("journal")],
    ],
    1_000,
  );

  expect([taken, troubles]).toEqual([["doors", "twins", "journal"], []]);
});

test("what hangs or fails is told, and does not keep what follows from being closed", async () => {
  const fault = new Error("broken pipe");
  const closed: string[] = [];
  const begun = performance.now();
  const troubles = await stopInOrder(
    [
      ["connections", forever],
      ["doors", () => Promise.reject(fault)],
      [
        "index",
        () => {
          throw fault;
        },
      ],
      ["journal", async () => void closed.push("journal")],
    ],
    300,
  );

  expect(troubles).toEqual([
    { step: "connections" },
    { step: "doors", error: fault },
    { step: "index", error: fault },
  ]);
  expect(closed).toEqual(["journal"]);
  expect(performance.now() - begun).toBeLessThan(3_000);
});

test("what fails after its time is over is nobody's unhandled rejection", async () => {
  const late = () => new Promise((_, reject) => setTimeout(() => reject(new Error("late")), 1_100));
  expect(await stopInOrder([["slow", late]], 1)).toEqual([{ step: "slow" }]);
  await new Promise((resolve) => setTimeout(resolve, 200)); // vitest fails on an unhandled rejection
});
