import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { bodyOf, connectionOf, modifyOf, receivedOf, sourceOf, targetOf } from "../world.ts";
import { bridge, lastOf, liveStatus, refused, worldOf } from "./world.ts";

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

describe("announcements of the connection", () => {
  const wanting = bridge({
    targets: [
      targetOf({
        address: "status/{{ entity:id }}",
        topics: [{ topic: "_/_/connections/announcements", namespaces: [] }],
      }),
    ],
  });

  test("tell that it was opened, and that it will be closed before it is", async () => {
    const { all, clients } = worldOf();
    await all.open(wanting);
    const closing = all.close("bridge", "none");
    await vi.advanceTimersByTimeAsync(299);
    expect(clients[0]?.calls).not.toContain("close");
    await vi.advanceTimersByTimeAsync(1);
    await closing;
    const told = lastOf(clients).published;
    expect(told.map(({ address }) => address)).toEqual(["status/bridge", "status/bridge"]);
    expect(told.map(({ message }) => bodyOf(message))).toEqual([
      {
        ...{
          topic: "_/bridge/connections/announcements/opened",
          headers: { "content-type": "application/json" },
        },
        ...{ path: "/", value: { openedAt: "1970-01-01T00:00:00.000Z" } },
      },
      {
        ...{
          topic: "_/bridge/connections/announcements/closed",
          headers: { "content-type": "application/json" },
        },
        ...{ path: "/", value: { closedAt: "1970-01-01T00:00:00.000Z" } },
      },
    ]);
  });
});

describe("labels of acknowledgements", () => {
  const labelled = bridge({
    sources: [sourceOf({ declaredAcks: ["{{connection:id}}:device"] })],
    targets: [targetOf({ issuedAcknowledgementLabel: "{{connection:id}}:mine" })],
  });

  test("are declared while the connection is open", async () => {
    const { all, clients, declaredAcks } = worldOf({
      behaviour: { open: (_, attempt) => (attempt > 1 ? refused() : Promise.resolve()) },
    });
    await all.open(labelled);
    expect(["bridge:device", "bridge:mine"].map(declaredAcks.isDeclared)).toEqual([true, true]);
    clients[0]?.events.lost(new Error("reset"));
    await vi.advanceTimersByTimeAsync(0);
    expect(declaredAcks.isDeclared("bridge:device")).toBe(false);
  });

  test("that another has declared keep it closed until they are free", async () => {
    const { all, declaredAcks } = worldOf();
    const free = declaredAcks.declare(["bridge:mine"]);
    await expect(all.open(labelled)).rejects.toMatchObject({ code: "acknowledgement:label.not.unique" });
    expect(liveStatus(all)).toBe("failed");
    free();
    await vi.advanceTimersByTimeAsync(200);
    expect(liveStatus(all)).toBe("open");
  });
});

describe("answers", () => {
  test("go out by the connection that the question came by, or by the one that they are diverted to", async () => {
    const { all, clients } = worldOf();
    const replyTarget = {
      enabled: true,
      address: "reply",
      headerMapping: {},
      expectedResponseTypes: ["response"] as const,
    };
    const source = sourceOf({
      replyTarget,
      headerMapping: { "divert-response-to-connection": "{{ header:to }}" },
    });
    await all.open(
      bridge({ sources: [source], targets: [], specificConfig: { "is-diversion-source": "true" } }),
    );
    const takes = { "is-diversion-target": "true", "authorized-connections-as-sources": "bridge" };
    await all.open(
      connectionOf({
        id: "other",
        targets: [targetOf({ address: "taken", topics: [] })],
        specificConfig: takes,
      }),
    );
    clients[0]?.events.received(0, receivedOf(modifyOf()));
    clients[0]?.events.received(0, receivedOf(modifyOf(), { to: "other" }));
    clients[0]?.events.received(0, receivedOf(modifyOf(), { to: "nobody" }));
    await vi.advanceTimersByTimeAsync(0);
    expect(clients.map(({ published }) => published.map(({ address }) => address))).toEqual([
      ["reply", "reply"],
      ["taken"],
    ]);
  });
});
