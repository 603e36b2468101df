import { setImmediate as anotherTurn, setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { reasonText } from "../../../src/connectivity/monitoring/reason.ts";
import { paceOf } from "../../../src/connectivity/outbound/pace.ts";

const never = (failure: Error): void => {
  throw failure;
};

/** Keeps everybody waiting. */
function busy(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test("quick work is done at once", () => {
  const pace = paceOf(10);
  const done: number[] = [];

  for (let i = 0; i < 100; i++) pace.take(() => done.push(i), never);

  expect(done).toHaveLength(100);
});

test("slow work lets others have a turn, and keeps its order", async () => {
  const pace = paceOf(100);
  const done: number[] = [];
  for (let i = 0; i < 6; i++)
    pace.take(() => {
      busy(8);
      done.push(i);
    }, never);
  const atOnce = done.length;
  pace.take(() => done.push(6), never);

  expect(atOnce).toBeLessThan(6);
  for (let i = 0; i < 10; i++) await anotherTurn();
  expect(done).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

test("work that takes long is followed by a rest as long as itself", async () => {
  const pace = paceOf(100);
  let isDone = false;
  pace.take(() => busy(120), never);
  pace.take(() => {
    isDone = true;
  }, never);

  await sleep(60);
  expect(isDone).toBe(false);
  await sleep(120);
  expect(isDone).toBe(true);
});

test("no more waits than may", async () => {
  const pace = paceOf(3);
  let done = 0;
  pace.take(() => busy(30), never);

  const refusals: unknown[] = [];
  for (let i = 0; i < 5; i++)
    pace.take(
      () => done++,
      (failure) => refusals.push(failure),
    );

  expect(refusals).toMatchObject(Array(2).fill({ code: "connectivity:message.sending.failed" }));
  await pace.idle();
  expect(done).toBe(3);
  pace.take(() => done++, never);
  expect(done).toBe(4);
});

test("it is idle once nothing waits", async () => {
  const pace = paceOf(10);
  const done: number[] = [];
  await pace.idle();
  for (let i = 0; i < 4; i++)
    pace.take(() => {
      busy(22);
      done.push(i);
    }, never);

  expect(done).toEqual([0]);
  await Promise.all([pace.idle(), pace.idle()]);
  expect(done).toEqual([0, 1, 2, 3]);
});

test("closed, it refuses what waits and what comes, and nothing is done any more", async () => {
  const pace = paceOf(10);
  const done: number[] = [];
  const refused: [number, string][] = [];
  const take = (i: number) =>
    pace.take(
      () => {
        busy(30);
        done.push(i);
      },
      (failure) => refused.push([i, reasonText(failure)]),
    );
  for (let i = 0; i < 3; i++) take(i);
  const idle = pace.idle();

  pace.close();
  take(3);

  await idle;
  await sleep(60);
  expect(done).toEqual([0]);
  const why = "The message could not be published. The connection is closed.";
  expect(refused).toEqual([1, 2, 3].map((i) => [i, why]));
});
