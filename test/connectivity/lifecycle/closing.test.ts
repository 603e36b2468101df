import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Said } from "../../../src/connectivity/inbound/converse.ts";
import type { Answer } from "../../../src/conversation/answer.ts";
import { answerOf, modifyOf, receivedOf } from "../world.ts";
import { bridge, refused, worldOf } from "./world.ts";

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

describe("closing", () => {
  test("receives no more, waits for what is in work, and then lets the broker go", async () => {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const { all, clients } = worldOf({ converse: () => promise });
    await all.open(bridge());
    const message = receivedOf(modifyOf());
    clients[0]?.events.received(0, message);
    const closing = all.close("bridge", "none");
    await vi.advanceTimersByTimeAsync(100);
    expect(clients[0]?.calls).toEqual(["open", "drain"]);
    resolve(answerOf(204));
    await vi.advanceTimersByTimeAsync(0);
    await closing;
    expect(message.settled).toEqual(["accept"]);
    expect(clients[0]?.calls).toEqual(["open", "drain", "close"]);
    expect(all.status("bridge")).toBeUndefined();
  });

  test("does not wait for ever, neither for work nor for the broker", async () => {
    const { all, clients } = worldOf({
      converse: () => new Promise(() => undefined),
      behaviour: { close: () => new Promise(() => undefined) },
    });
    await all.open(bridge());
    clients[0]?.events.received(0, receivedOf(modifyOf()));
    const closing = all.close("bridge", "none");
    await vi.advanceTimersByTimeAsync(700 + 500);
    await closing;
  });

  test("while it connects ends the attempt, and no other is made", async () => {
    const { all, clients } = worldOf({ behaviour: { open: () => new Promise(() => undefined) } });
    const opening = all.open(bridge());
    opening.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(10);
    await all.close("bridge", "none");
    await expect(opening).rejects.toMatchObject({ code: "connectivity:connection.failed" });
    await vi.advanceTimersByTimeAsync(100_000);
    expect(clients.map(({ calls }) => calls)).toEqual([["open", "close"]]);
  });

  test("while it waits for the next attempt is the end of it", async () => {
    const { all, clients } = worldOf({ behaviour: { open: refused } });
    await expect(all.open(bridge())).rejects.toThrow();
    await all.close("bridge", "none");
    await vi.advanceTimersByTimeAsync(100_000);
    expect(clients).toHaveLength(1);
  });

  test("tells who waits for answers that nobody is left", async () => {
    const gone = vi.fn();
    const converse = ({ peer }: Said) => {
      peer.onGone(gone);
      return new Promise<undefined>(() => undefined);
    };
    const { all, clients } = worldOf({ converse });
    await all.open(bridge());
    clients[0]?.events.received(0, receivedOf(modifyOf()));
    const closing = all.close("bridge", "none");
    await vi.advanceTimersByTimeAsync(700);
    await closing;
    expect(gone).toHaveBeenCalledTimes(1);
  });

  test("of all connections ends the server's, and none is opened after that", async () => {
    const { all, clients } = worldOf();
    await Promise.all([all.open(bridge()), all.open(bridge({ id: "other" }))]);
    await all.stop();
    await all.open(bridge({ id: "late" }));
    expect(clients.map(({ calls }) => calls.at(-1))).toEqual(["close", "close"]);
    expect(all.status("late")).toBeUndefined();
  });
});

describe("what comes after a client", () => {
  const successorsOf = async (change: (world: ReturnType<typeof worldOf>) => Promise<unknown>) => {
    const world = worldOf();
    await world.all.open(bridge());
    await change(world);
    return world.clients[0]?.successors;
  };

  test("is nothing where the connection is deleted", async () => {
    expect(await successorsOf(({ all }) => all.close("bridge", "none"))).toEqual(["none"]);
  });

  test("is the connection as it is then where that is closed or changed", async () => {
    const closed = bridge({ connectionStatus: "closed" });
    const changed = bridge({ targets: [] });
    expect(await successorsOf(({ all }) => all.close("bridge", closed))).toEqual([closed]);
    expect(await successorsOf(({ all }) => all.open(changed))).toEqual([changed]);
  });

  test("is left open where the server stops, or the client is lost and tried again", async () => {
    expect(await successorsOf(({ all }) => all.stop())).toEqual([undefined]);
    const lose = async ({ clients }: ReturnType<typeof worldOf>) => {
      clients[0]?.events.lost(new Error("reset"));
      await vi.advanceTimersByTimeAsync(100);
    };
    expect(await successorsOf(lose)).toEqual([undefined]);
  });
});
