import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Turns } from "../../../src/predictions/models/onnx/turns.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Turns of a second each, in the order in which they began. */
function world(maxWaiting = 10, waitMs = 5_000) {
  const turns = new Turns({ maxWaiting, waitMs });
  const begun: string[] = [];
  const work = async (owner: string) => {
    begun.push(owner);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    return owner;
  };
  return { begun, take: (owner: string) => turns.take(owner, () => work(owner)), turns };
}

test("one is done at a time, and each gets what his gave", async () => {
  const { begun, take } = world();

  const all = Promise.all([take("a"), take("b")]);
  await vi.advanceTimersByTimeAsync(999);
  expect(begun).toEqual(["a"]);
  await vi.advanceTimersByTimeAsync(1_001);

  expect(await all).toEqual(["a", "b"]);
});

test("who asks for much waits behind whoever asks for the first time", async () => {
  const { begun, take } = world(10, 10_000);

  const all = Promise.all(["a", "a", "a", "b", "c", "b"].map(take));
  await vi.advanceTimersByTimeAsync(6_000);
  await all;

  expect(begun).toEqual(["a", "b", "c", "a", "b", "a"]);
});

test("beyond those that may wait, who comes is refused at once", async () => {
  const { take } = world(1);

  const all = Promise.all([take("a"), take("b")]);
  await expect(take("c")).rejects.toMatchObject({ reason: "overloaded" });

  await vi.advanceTimersByTimeAsync(2_000);
  expect(await all).toEqual(["a", "b"]);
});

test("who waited too long is refused, and takes no turn", async () => {
  const { begun, take } = world(10, 500);

  const first = take("a");
  const refused = expect(take("b")).rejects.toMatchObject({ reason: "overloaded" });
  await vi.advanceTimersByTimeAsync(500);
  await refused;
  await vi.advanceTimersByTimeAsync(2_000);
  await first;

  expect(begun).toEqual(["a"]);
  const later = take("c");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await later).toBe("c");
});

test("what fails lets the next one begin", async () => {
  const { take, turns } = world();

  const failing = turns.take("a", () => Promise.reject(new Error("broken")));
  const next = take("b");

  await expect(failing).rejects.toThrow("broken");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await next).toBe("b");
});
