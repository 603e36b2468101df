// What waits of things: what is taken in when, and what is predicted.

import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { Agenda } from "../../../src/dispatch/announcements/agenda.ts";
import { type QueueTasks, type Work, WorkQueue } from "../../../src/predictions/serving/queue.ts";
import { takePlace, tryAgain } from "../../../src/predictions/serving/retrying.ts";
import type { Seen } from "../../../src/predictions/serving/seen.ts";
import type { Due } from "../../../src/predictions/serving/thing-state.ts";
import { until } from "./world.ts";

const seenAt = (revision: number): Seen =>
  ({ thingId: "org.acme:a", revision, timestamp: Date.now(), isTrigger: true }) as Seen;
const dueOf = (revision: number) => ({ due: { revision } as Due, isWritten: false });

/** Each event asks for a prediction of its own. */
function queueWith(tasks: Partial<QueueTasks>) {
  const counted = { intakes: 0, taken: 0, predicted: [] as number[], works: new Set<Work>() };
  const queue: WorkQueue = new WorkQueue({ size: 100_000, atOnce: 8, debounceMs: 0 }, new Agenda(), {
    async takeIn(work) {
      counted.intakes++;
      counted.works.add(work);
      for (const { revision } of queue.take(work)) {
        counted.taken++;
        takePlace(work, dueOf(revision));
      }
      return Number.POSITIVE_INFINITY;
    },
    async predict(work) {
      const { pending } = work;
      work.pending = undefined;
      if (pending) counted.predicted.push(pending.due.revision);
    },
    overflow: () => undefined,
    onFault: (error) => {
      throw error;
    },
    ...tasks,
  });
  queue.open();
  return { queue, counted };
}

test("what happens while a prediction is under way is taken in some at a time, and never left to history", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const predicted: number[] = [];
  const { queue, counted } = queueWith({
    async predict(work) {
      predicted.push(work.pending?.due.revision ?? 0);
      work.pending = undefined;
      await promise;
    },
  });
  for (let revision = 1; revision <= 2_000; revision++) {
    queue.offer(seenAt(revision));
    if (revision % 10 === 0) await setImmediate();
  }
  const [work] = counted.works;
  expect(work?.isBehind).toBe(false);
  expect(counted.taken).toBeGreaterThan(1_900);
  expect(counted.intakes).toBeLessThan(60);
  resolve();
  await until(() => queue.size === 0);

  expect(predicted).toHaveLength(2);
  expect(predicted[1]).toBe(2_000);
});

test("a prediction that failed waits before it is tried again, and what is newer waits with it, but not as long", async () => {
  let attempts = 0;
  const { queue, counted } = queueWith({
    async predict(work) {
      const { pending } = work;
      work.pending = undefined;
      if (!pending) return;
      if (++attempts < 2) return tryAgain(work, pending);
      counted.predicted.push(pending.due.revision);
    },
  });
  queue.offer(seenAt(1));
  await until(() => attempts === 1);
  const failedAt = Date.now();
  queue.offer(seenAt(2));
  await setImmediate();
  expect(attempts).toBe(1);
  await until(() => counted.predicted.length > 0);

  expect(counted.predicted).toEqual([2]);
  expect(Date.now() - failedAt).toBeGreaterThan(900);
});

test("pauses between attempts grow, of a newer prediction from the beginning", () => {
  const work = { failed: undefined, pending: undefined, notBefore: 0 } as unknown as Work;
  const waits = () => Math.round((work.notBefore - Date.now()) / 1_000);
  for (const expected of [1, 2, 4, 8]) {
    work.pending = undefined;
    tryAgain(work, dueOf(1));
    expect(waits()).toBe(expected);
  }
  takePlace(work, dueOf(2));
  expect([waits(), work.failed]).toEqual([1, undefined]);
});

test("a thing that leaves the memory while its prediction waits is read again, not before it is tried again", async () => {
  let attempts = 0;
  const { queue, counted } = queueWith({
    async predict(work) {
      const { pending } = work;
      work.pending = undefined;
      if (pending && ++attempts < 2) tryAgain(work, pending);
    },
    async takeIn(work) {
      counted.works.add(work);
      if (work.isBehind || queue.take(work).length > 0) work.pending = dueOf(1);
      work.isBehind = false;
      return Number.POSITIVE_INFINITY;
    },
  });
  queue.offer(seenAt(1));
  await until(() => attempts === 1);
  const [work] = counted.works;
  queue.left("org.acme:a");
  expect(work).toMatchObject({ isBehind: true, pending: undefined, isTakenIn: false });
  await until(() => queue.size === 0);

  expect(attempts).toBe(2);
});
