import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Answer } from "../../../src/conversation/answer.ts";
import { eventOf } from "../../pubsub/world.ts";
import { answerOf, bodyOf, modifyOf, receivedOf } from "../world.ts";
import { bridge, lastOf, liveStatus, refused, worldOf } from "./world.ts";

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

describe("a connection that is lost", () => {
  test("is made again, and gets no events meanwhile", async () => {
    const { all, clients, publish } = worldOf();
    await all.open(bridge());
    clients[0]?.events.lost(new Error("reset"));
    await vi.advanceTimersByTimeAsync(0);
    expect(all.status("bridge")).toMatchObject({ liveStatus: "failed", recoveryStatus: "ongoing" });
    publish(eventOf("modified", "/attributes/a", 1));
    await vi.advanceTimersByTimeAsync(100);
    publish(eventOf("modified", "/attributes/a", 2));
    await vi.advanceTimersByTimeAsync(0);
    expect(clients.map(({ published }) => published.map(({ message }) => bodyOf(message).value))).toEqual([
      [],
      [2],
    ]);
  });

  test("takes no notice of what the lost client still tells", async () => {
    const { all, clients } = worldOf();
    await all.open(bridge());
    clients[0]?.events.lost(new Error("reset"));
    clients[0]?.events.lost(new Error("again"));
    await vi.advanceTimersByTimeAsync(100);
    expect(clients).toHaveLength(2);
    clients[0]?.events.lost(new Error("late"));
    await vi.advanceTimersByTimeAsync(100);
    expect(liveStatus(all)).toBe("open");
    expect(clients[0]?.events.received(0, receivedOf(modifyOf()))).toBe(false);
  });

  test("in one of its clients goes on with the others", async () => {
    const { all, clients, publish } = worldOf({
      behaviour: { open: (_, attempt) => (attempt > 2 ? refused() : Promise.resolve()) },
    });
    await all.open(bridge({ clientCount: 2 }));
    clients[0]?.events.lost(new Error("reset"));
    await vi.advanceTimersByTimeAsync(0);
    publish(eventOf("modified", "/attributes/a", 1));
    await vi.advanceTimersByTimeAsync(0);
    expect(clients[1]?.published).toHaveLength(1);
  });

  test("with its tunnel is lost as well", async () => {
    const { promise: lost, resolve: lose } = Promise.withResolvers<Error>();
    const endpoint = { host: "h", port: 1 };
    const prepare = async () => ({ endpoint, tls: undefined, lost, close: async () => undefined });
    const { all } = worldOf({ prepare });
    const credentials = { type: "plain", username: "u", password: "p" } as const;
    const tunnel = { enabled: true, credentials, validateHost: false, knownHosts: [], uri: "ssh://h:22" };
    await all.open(bridge({ sshTunnel: tunnel }));
    lose(new Error("tunnel"));
    await vi.advanceTimersByTimeAsync(0);
    expect(liveStatus(all)).toBe("failed");
  });
});

test("a connector is told to go on when there is room again", async () => {
  const ends: ((answer: Answer) => void)[] = [];
  const { all, clients } = worldOf({ converse: () => new Promise((resolve) => ends.push(resolve)) });
  await all.open(bridge());
  const taken = Array.from({ length: 100 }, () => lastOf(clients).events.received(0, receivedOf(modifyOf())));
  expect([taken[98], taken[99]]).toEqual([true, false]);
  for (const end of ends) end(answerOf(204));
  await vi.advanceTimersByTimeAsync(0);
  expect(lastOf(clients).calls).toEqual(["open", "resume"]);
});
