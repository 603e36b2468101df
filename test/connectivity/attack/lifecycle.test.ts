import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Publication } from "../../../src/connectivity/connectors/connector.ts";
import type { Said } from "../../../src/connectivity/inbound/converse.ts";
import { links } from "../../../src/connectivity/lifecycle/links.ts";
import { loadMappingEngines } from "../../../src/connectivity/mapping/engines.ts";
import type { MappingEngine } from "../../../src/connectivity/mapping/mapper.ts";
import { mappingsOf } from "../../../src/connectivity/mapping/mappings.ts";
import type { Connection } from "../../../src/connectivity/model.ts";
import { monitoring } from "../../../src/connectivity/monitoring/monitoring.ts";
import type { Answer } from "../../../src/conversation/answer.ts";
import { localAnnouncements } from "../../../src/pubsub/announcements.ts";
import { localDeclaredAcks } from "../../../src/pubsub/declared-acks.ts";
import { worldWith } from "../../pubsub/world.ts";
import {
  acksOf,
  answerOf,
  connectionOf,
  countingMonitor,
  mappingsWith,
  memoryTransport,
  modifyOf,
  receivedOf,
  sourceOf,
  targetOf,
} from "../world.ts";

const settings = {
  ...{ connectingMinTimeoutMs: 1000, connectingMaxTimeoutMs: 8000, connectingMaxTries: 3 },
  ...{ minBackoffMs: 100, maxBackoffMs: 400, disconnectingMaxTimeoutMs: 500 },
  ...{
    disconnectAnnouncementTimeoutMs: 300,
    testingTimeoutMs: 1000,
    shutdownTimeoutMs: 700,
    issuedMaxBytes: 1000,
  },
  inWork: { most: 2, lifetimeMs: 100_000, payloadBytes: 1_000_000 },
};

function worldOf(
  behaviour: Parameters<typeof memoryTransport>[0] = {},
  converse: (said: Said) => Promise<Answer | undefined> = async () => answerOf(204),
) {
  const { transport, clients } = memoryTransport(behaviour);
  const { monitor } = countingMonitor();
  const prepared = {
    ...{ endpoint: { host: "h", port: 1 }, tls: undefined, close: async () => undefined },
    lost: new Promise<Error>(() => undefined),
  };
  const all = links({
    ...{ settings, declaredAcks: localDeclaredAcks(), converse, announcements: localAnnouncements() },
    ...{ transportOf: () => transport, prepare: async () => prepared, pubsub: worldWith({}).pubsub },
    ...{ mappingsOf: () => mappingsWith(), monitorOf: () => monitor, queueSizeOf: () => 10, acksOf },
    ...{ onAck: vi.fn(), weakAck: vi.fn(), onFault: vi.fn() },
  });
  return { all, clients };
}

const bridge = (more: Partial<Connection> = {}) =>
  connectionOf({ sources: [sourceOf()], targets: [targetOf()], ...more });

describe("a client", () => {
  beforeEach(() => void vi.useFakeTimers({ now: 0 }));
  afterEach(() => void vi.useRealTimers());

  test("that was too busy while it connected takes more once it is connected", async () => {
    const { all, clients } = worldOf({
      async open({ events }) {
        expect([1, 2].map(() => events.received(0, receivedOf(modifyOf())))).toEqual([true, false]);
        await vi.advanceTimersByTimeAsync(1);
      },
    });
    await all.open(bridge());

    expect(clients[0]?.calls).toEqual(["open", "resume"]);
  });

  test("is not replaced by another of its name before it is gone, also where it was just lost", async () => {
    const closing = Promise.withResolvers<void>();
    const { all, clients } = worldOf({ close: () => closing.promise });
    await all.open(bridge());
    clients[0]?.events.lost(new Error("broken"));
    void all.open(bridge());
    await vi.advanceTimersByTimeAsync(400);
    expect(clients).toHaveLength(1);

    closing.resolve();
    await vi.advanceTimersByTimeAsync(1);
    expect(clients).toHaveLength(2);
  });

  test("that cannot be closed does not hold up the end of its test", async () => {
    const { all } = worldOf({ close: () => new Promise(() => undefined) });
    const tested = all.test(bridge());
    await vi.advanceTimersByTimeAsync(500);

    await expect(tested).resolves.toBeUndefined();
  });

  test("that is lost, opened, modified and deleted all at once leaves nothing open", async () => {
    const { all, clients } = worldOf();
    const opening = [
      all.open(bridge()),
      all.open(bridge({ clientCount: 2 })),
      all.close("bridge", "none"),
      all.open(bridge()),
    ];
    await vi.advanceTimersByTimeAsync(5000);
    await Promise.allSettled(opening);
    for (const { events } of clients) events.lost(new Error("broken"));
    const closed = all.close("bridge", "none");
    await vi.advanceTimersByTimeAsync(5000);
    await closed;

    expect(all.status("bridge")).toBeUndefined();
    const open = clients.filter(({ calls }) => calls.includes("open") && !calls.includes("close"));
    expect(open).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("tells the transport what belongs together", async () => {
    const { promise, resolve } = Promise.withResolvers<Publication>();
    const { all, clients } = worldOf({
      async publish(publication) {
        resolve(publication);
        return { status: 204 };
      },
    });
    const replyTarget = {
      enabled: true,
      address: "out",
      headerMapping: {},
      expectedResponseTypes: ["response"],
    } as const;
    await all.open(bridge({ sources: [sourceOf({ replyTarget })] }));
    clients[0]?.events.received(0, receivedOf(modifyOf()));

    expect((await promise).orderKey).toBe("org.acme:lamp");
  });
});

describe("mappers that are closed", () => {
  test("are not made again by what comes late", async () => {
    const incoming = vi.fn(() => []);
    const engine: MappingEngine = {
      ...{ names: ["JavaScript"], needsDefinition: true },
      create: () => ({ blocked: new Set(), incoming, outgoing: () => [], close: () => undefined }),
    };
    const engines = new Map([...(await loadMappingEngines(0)), ["JavaScript", engine]]);
    const limits = {
      ...{ scriptBytes: 50_000, scriptTimeMs: 500, scriptStackDepth: 25, incomingMessages: 10 },
      ...{ outgoingMessages: 10, sourceMappers: 10, targetMappers: 10 },
    };
    const script = "function mapToDittoProtocolMsg() { return {}; }";
    const mappingDefinitions = {
      js: {
        ...{ mappingEngine: "JavaScript", options: { incomingScript: script, outgoingScript: "" } },
        ...{ incomingConditions: {}, outgoingConditions: {} },
      },
    };
    const mappings = mappingsOf({ id: "c", mappingDefinitions }, engines, limits);
    mappings.close();
    const context = { connectionId: "c", address: "a", subjects: [] };

    expect(mappings.incoming(["js"], receivedOf("x"), context, () => [])).toEqual([
      { mapper: "js", is: "dropped" },
    ]);
    expect(incoming).not.toHaveBeenCalled();
  });
});

describe("what is noted", () => {
  const settingsOfLogs = {
    successCapacity: 10,
    failureCapacity: 10,
    maxLogSizeBytes: 250_000,
    logDurationMs: 60_000,
  };

  test("holds no long IDs of others", () => {
    const watching = monitoring(settingsOfLogs);
    const step = watching.monitorOf(bridge()).source("in/#", "consumed");
    step.success({ correlationId: "x".repeat(1_000_000) });

    const [entry] = watching.logs("bridge").connectionLogs as { correlationId: string }[];
    expect(entry?.correlationId).toHaveLength(1000);
  });

  test("counts the addresses of an MQTT source as one, as Ditto does", () => {
    const watching = monitoring(settingsOfLogs);
    const connection = bridge({ sources: [sourceOf({ addresses: ["a/#", "b/+"] })] });
    watching.monitorOf(connection).source("a/#;b/+", "consumed").success({});

    expect(watching.metrics("bridge")).toMatchObject({
      sourceMetrics: { addressMetrics: { "a/#;b/+": { consumed: { success: { PT1M: 1 } } } } },
    });
  });
});
