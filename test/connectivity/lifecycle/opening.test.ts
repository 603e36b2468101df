import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ConnectFailure } from "../../../src/connectivity/connectors/connector.ts";
import { targetOf } from "../world.ts";
import { bridge, liveStatus, refused, worldOf } from "./world.ts";

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

describe("opening", () => {
  test("connects all clients, and then the connection is open", async () => {
    const { all, clients, counts } = worldOf();
    await all.open(bridge({ clientCount: 2 }));
    expect(clients.map(({ parts }) => parts.clientIndex)).toEqual([0, 1]);
    expect(all.status("bridge")).toMatchObject({
      liveStatus: "open",
      clientStatus: [{ client: "1" }, { client: "2" }],
    });
    expect(counts["connection success"]).toBe(2);
  });

  test("tells which options have no effect", async () => {
    const { all, counts } = worldOf();
    await all.open(bridge());
    expect(counts["connection failure"]).toBeUndefined();
    await all.open(bridge({ id: "misspelled", specificConfig: { cleanSesion: "true" } }));
    expect(counts["connection failure"]).toBe(1);
  });

  test("that fails says so, and goes on in the background", async () => {
    const { all, clients } = worldOf({
      behaviour: { open: (_, attempt) => (attempt < 3 ? refused() : Promise.resolve()) },
    });
    await expect(all.open(bridge())).rejects.toMatchObject({
      code: "connectivity:connection.failed",
      status: 504,
    });
    expect(liveStatus(all)).toBe("failed");
    await vi.advanceTimersByTimeAsync(100);
    expect(clients).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(199);
    expect(clients).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(liveStatus(all)).toBe("open");
    expect(clients.map(({ calls }) => calls)).toEqual([["open", "close"], ["open", "close"], ["open"]]);
  });

  test("is given up after so many attempts", async () => {
    const { all, clients } = worldOf({ behaviour: { open: refused } });
    await expect(all.open(bridge())).rejects.toThrow();
    await vi.advanceTimersByTimeAsync(100_000);
    expect(clients).toHaveLength(4);
    expect(all.status("bridge")).toMatchObject({
      liveStatus: "failed",
      recoveryStatus: "backOffLimitReached",
    });
  });

  test("is tried once without failover", async () => {
    const { all, clients } = worldOf({ behaviour: { open: refused } });
    await expect(all.open(bridge({ failoverEnabled: false }))).rejects.toThrow();
    await vi.advanceTimersByTimeAsync(100_000);
    expect(clients).toHaveLength(1);
  });

  test("that hangs is tried again after its time, and the first attempt is ended", async () => {
    const { all, clients } = worldOf({
      behaviour: { open: (_, attempt) => (attempt === 1 ? new Promise(() => undefined) : Promise.resolve()) },
    });
    const opening = all.open(bridge());
    opening.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(1000);
    await expect(opening).rejects.toMatchObject({ code: "connectivity:connection.failed" });
    expect(clients[0]?.calls).toEqual(["open", "close"]);
    expect(liveStatus(all)).toBe("open");
  });

  test("is misconfigured where the broker says that the operator is to blame", async () => {
    const { all } = worldOf({
      behaviour: { open: () => Promise.reject(new ConnectFailure("not authorized", true)) },
    });
    await expect(all.open(bridge())).rejects.toMatchObject({ text: { description: "not authorized" } });
    expect(all.status("bridge")).toMatchObject({ liveStatus: "misconfigured", recoveryStatus: "ongoing" });
  });

  test("is misconfigured where its texts cannot be read any more", async () => {
    const { all, counts } = worldOf();
    await expect(all.open(bridge({ targets: [targetOf({ address: "{{ none:such }}" })] }))).rejects.toThrow();
    expect(liveStatus(all)).toBe("misconfigured");
    expect(counts).toEqual({ "connection failure": 1 });
    await all.close("bridge", "none");
    expect(all.status("bridge")).toBeUndefined();
  });

  test("is misconfigured where a mapper cannot be made any more, and its logs tell of it", async () => {
    const { all, counts } = worldOf({
      mappings: () => {
        throw new Error("no such script");
      },
    });
    await expect(all.open(bridge())).rejects.toMatchObject({ code: "connectivity:connection.failed" });
    expect(liveStatus(all)).toBe("misconfigured");
    expect(counts).toEqual({ "connection failure": 1 });
  });

  test("again, with another configuration, closes what was open first", async () => {
    const { all, clients } = worldOf();
    await all.open(bridge());
    await all.open(bridge({ targets: [] }));
    expect(clients.map(({ calls }) => calls.at(-1))).toEqual(["close", "open"]);
    expect(all.status("bridge")).not.toHaveProperty("targetStatus");
  });

  test("by way of what is prepared gives that back", async () => {
    const { all, closed } = worldOf();
    await all.open(bridge());
    expect(closed).not.toHaveBeenCalled();
    await all.close("bridge", "none");
    expect(closed).toHaveBeenCalledTimes(1);
  });
});
