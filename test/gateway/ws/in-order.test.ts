import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { inOrder } from "../../../src/gateway/ws/in-order.ts";
import { readingOf } from "../../../src/gateway/ws/reading.ts";

/** Takes small numbers at once, and others when they are done. */
function ordered() {
  const socket = { isPaused: false, pause: () => pause(true), resume: () => pause(false) };
  const pause = (isPaused: boolean) => void Object.assign(socket, { isPaused });
  const taken: number[] = [];
  const slow = new Map<number, () => void>();
  const give = inOrder(readingOf(socket), (n: number) => {
    if (n < 10) {
      taken.push(n);
      return undefined;
    }
    return new Promise<void>((resolve) =>
      slow.set(n, () => {
        taken.push(n);
        resolve();
      }),
    );
  });
  const finish = async (n: number) => {
    slow.get(n)?.();
    await nextTurn();
  };
  return { socket, taken, slow, give, finish };
}

test("what takes no time is taken at once", () => {
  const { socket, taken, give } = ordered();
  give(1);
  give(2);

  expect(taken).toEqual([1, 2]);
  expect(socket.isPaused).toBe(false);
});

test("what comes behind something slow waits for it, and nothing is read meanwhile", async () => {
  const { socket, taken, slow, give, finish } = ordered();
  for (const n of [1, 10, 2, 11, 3]) give(n);
  expect(taken).toEqual([1]);
  expect([...slow.keys()]).toEqual([10]);
  expect(socket.isPaused).toBe(true);

  await finish(10);
  give(4);
  expect(taken).toEqual([1, 10, 2]);
  expect(socket.isPaused).toBe(true);

  await finish(11);
  expect(taken).toEqual([1, 10, 2, 11, 3, 4]);
  expect(socket.isPaused).toBe(false);
  give(5);
  expect(taken.at(-1)).toBe(5);
});
