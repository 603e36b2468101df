import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ConnectFailure } from "../../../src/connectivity/connectors/connector.ts";
import type { Said } from "../../../src/connectivity/inbound/converse.ts";
import { type Links, links } from "../../../src/connectivity/lifecycle/links.ts";
import type { Mappings } from "../../../src/connectivity/mapping/mappings.ts";
import type { Connection } from "../../../src/connectivity/model.ts";
import type { Prepared } from "../../../src/connectivity/net/prepare.ts";
import type { Answer } from "../../../src/conversation/answer.ts";
import { localAnnouncements } from "../../../src/pubsub/announcements.ts";
import { localDeclaredAcks } from "../../../src/pubsub/declared-acks.ts";
import { eventOf, worldWith } from "../../pubsub/world.ts";
import {
  acksOf,
  answerOf,
  bodyOf,
  connectionOf,
  countingMonitor,
  type MemoryClient,
  mappingsWith,
  memoryTransport,
  modifyOf,
  receivedOf,
  sourceOf,
  targetOf,
} from "../world.ts";

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

const settings = {
  ...{ connectingMinTimeoutMs: 1000, connectingMaxTimeoutMs: 8000, connectingMaxTries: 3 },
  ...{
    minBackoffMs: 100,
    maxBackoffMs: 400,
    disconnectingMaxTimeoutMs: 500,
    disconnectAnnouncementTimeoutMs: 300,
  },
  ...{ testingTimeoutMs: 1000, shutdownTimeoutMs: 700, issuedMaxBytes: 1000 },
  inWork: { most: 100, lifetimeMs: 100_000, payloadBytes: 1_000_000 },
};

interface Options {
  readonly behaviour?: Parameters<typeof memoryTransport>[0];
  readonly prepare?: () => Promise<Prepared>;
  readonly mappings?: () => Mappings;
  readonly converse?: (said: Said) => Promise<Answer | undefined>;
}

function worldOf(options: Options = {}) {
  const { behaviour, prepare, mappings = mappingsWith, converse = async () => answerOf(204) } = options;
  const { transport, clients } = memoryTransport(behaviour);
  const { monitor, counts } = countingMonitor();
  const world = worldWith({ app: ["thing:/"] });
  const declaredAcks = localDeclaredAcks();
  const closed = vi.fn(async () => undefined);
  const lost = new Promise<Error>(() => undefined);
  const prepared = { endpoint: { host: "h", port: 1 }, tls: undefined, lost, close: closed };
  const all: Links = links({
    ...{ settings, declaredAcks, converse, pubsub: world.pubsub, announcements: localAnnouncements() },
    transportOf: () => transport,
    prepare: prepare ?? (async () => prepared),
    ...{ mappingsOf: () => mappings(), monitorOf: () => monitor, queueSizeOf: () => 10, acksOf },
    ...{ onAck: vi.fn(), weakAck: vi.fn(), onFault: vi.fn() },
  });
  return { all, clients, counts, closed, declaredAcks, prepared, publish: world.publish };
}

const refused = () => Promise.reject(new Error("refused"));
const bridge = (more: Partial<Connection> = {}) =>
  connectionOf({ sources: [sourceOf()], targets: [targetOf()], ...more });
const liveStatus = (all: Links) => all.status("bridge")?.liveStatus;
const lastOf = (clients: readonly MemoryClient[]) => clients.at(-1) as MemoryClient;

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
    await all.close("bridge");
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
    await all.close("bridge");
    expect(closed).toHaveBeenCalledTimes(1);
  });
});

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

describe("closing", () => {
  test("receives no more, waits for what is in work, and then lets the broker go", async () => {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const { all, clients } = worldOf({ converse: () => promise });
    await all.open(bridge());
    const message = receivedOf(modifyOf());
    clients[0]?.events.received(0, message);
    const closing = all.close("bridge");
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
    const closing = all.close("bridge");
    await vi.advanceTimersByTimeAsync(700 + 500);
    await closing;
  });

  test("while it connects ends the attempt, and no other is made", async () => {
    const { all, clients } = worldOf({ behaviour: { open: () => new Promise(() => undefined) } });
    const opening = all.open(bridge());
    opening.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(10);
    await all.close("bridge");
    await expect(opening).rejects.toMatchObject({ code: "connectivity:connection.failed" });
    await vi.advanceTimersByTimeAsync(100_000);
    expect(clients.map(({ calls }) => calls)).toEqual([["open", "close"]]);
  });

  test("while it waits for the next attempt is the end of it", async () => {
    const { all, clients } = worldOf({ behaviour: { open: refused } });
    await expect(all.open(bridge())).rejects.toThrow();
    await all.close("bridge");
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
    const closing = all.close("bridge");
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
    const closing = all.close("bridge");
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

describe("a test", () => {
  test("connects and leaves nothing", async () => {
    const { all, clients, closed, declaredAcks } = worldOf();
    await all.test(bridge());
    expect(clients.map(({ parts, calls }) => [parts.isTest, calls])).toEqual([[true, ["open", "close"]]]);
    expect(closed).toHaveBeenCalledTimes(1);
    expect([all.status("bridge"), declaredAcks.isDeclared("bridge:mine")]).toEqual([undefined, false]);
  });

  test("tells why it could not connect, or that it took too long", async () => {
    const failing = worldOf({ behaviour: { open: refused } });
    await expect(failing.all.test(bridge())).rejects.toMatchObject({
      ...{ code: "connectivity:connection.failed", text: { description: "refused" } },
    });
    const hanging = worldOf({ behaviour: { open: () => new Promise(() => undefined) } });
    const testing = hanging.all.test(bridge());
    testing.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(1000);
    await expect(testing).rejects.toMatchObject({ code: "connectivity:connection.failed" });
    expect(lastOf(hanging.clients).calls).toEqual(["open", "close"]);
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
