import { PassThrough } from "node:stream";
import { expect, test, vi } from "vitest";
import { whenGone } from "../../src/gateway/gone.ts";

const nextTurn = () => new Promise(setImmediate);

test("all who wait on a connection are told once that it is closed, but those who called it off", async () => {
  const connection = new PassThrough();
  const [first, second, third] = [vi.fn(), vi.fn(), vi.fn()];
  whenGone(connection, first);
  const cancel = whenGone(connection, second);
  whenGone(connection, third);
  cancel();

  connection.destroy();
  await nextTurn();

  expect([first, second, third].map(({ mock }) => mock.calls.length)).toEqual([1, 0, 1]);
});

test("who asks about a closed connection is told at once", () => {
  const connection = new PassThrough().destroy();
  const callback = vi.fn();

  whenGone(connection, callback)();

  expect(callback).toHaveBeenCalledOnce();
});

test("a connection has one listener, however many wait", () => {
  const connection = new PassThrough();
  const before = connection.listenerCount("close");

  for (let n = 0; n < 1_000; n++) whenGone(connection, () => undefined);

  expect(connection.listenerCount("close")).toBe(before + 1);
});
