// Kafka → connection, against the mock of a cluster. Each client joins its group for some seconds, so they do it side by side.

import { afterAll, beforeAll, describe, expect, vi } from "vitest";
import type { ReceivedMessage } from "../../../src/connectivity/connectors/connector.ts";
import { type MockKafka, startMockKafka } from "../../support/brokers/kcat.ts";
import { type Outside, openClient, outside, textOf } from "./world.ts";

let kafka: MockKafka;
let others: Outside;
beforeAll(async () => {
  kafka = await startMockKafka();
  others = outside(kafka.port);
});
afterAll(async () => {
  await others[Symbol.asyncDispose]();
  await kafka[Symbol.asyncDispose]();
});

const soon = { timeout: 10_000, interval: 20 };
const inPartition = (partition: number, ...values: string[]) => values.map((value) => ({ value, partition }));
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `m${index}`);

describe.concurrent("a source of Kafka", (it) => {
  it("receives messages of a partition in their order, with key and headers", async () => {
    await others.write("telemetry", [
      { value: "one", key: "lamp", headers: { "Content-Type": "text/plain", device: "d1" } },
      { value: "two", key: "lamp" },
    ]);
    await using client = await openClient({
      port: kafka.port,
      id: "telemetry",
      sources: [{ addresses: ["telemetry"] }],
    });

    await vi.waitFor(() => expect(client.received.map(textOf)).toEqual(["one", "two"]), soon);
    const [first] = client.received;
    expect(first).toMatchObject({ address: "telemetry", sourceAddress: "telemetry" });
    expect(first?.headers).toMatchObject({
      "content-type": "text/plain",
      device: "d1",
      "kafka.topic": "telemetry",
      "kafka.key": "lamp",
    });
    expect(client.statuses).toContain("source telemetry open");
  });

  it("tells from which source a message comes where topics belong to several", async () => {
    await others.write("first", ["a"]);
    await others.write("second", ["b"]);
    await using client = await openClient({
      port: kafka.port,
      id: "several",
      sources: [{ addresses: ["first"] }, { addresses: ["second"], qos: 0 }],
    });

    await vi.waitFor(
      () => expect(client.received.map(({ address }) => address).sort()).toEqual(["first", "second"]),
      soon,
    );
  });

  it("passes bytes and large payloads on as they are", async () => {
    const binary = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    const large = Buffer.alloc(1_000_000, "x");
    await others.write(
      "bytes",
      [binary, large].map((value) => ({ value, partition: 0 })),
    );
    await using client = await openClient({
      port: kafka.port,
      id: "bytes",
      sources: [{ addresses: ["bytes"] }],
    });

    await vi.waitFor(() => expect(client.received).toHaveLength(2), soon);
    // Comparing a megabyte item by item would hold everybody up.
    const [first, second] = client.received.map(({ payload }) => payload?.bytes());
    expect([first?.equals(binary), second?.equals(large)]).toEqual([true, true]);
  });

  it("drops messages whose time to live is over, and goes on", async () => {
    const late = { "creation-time": String(Date.now() - 2_000), ttl: "1000" };
    await others.write("expiry", [
      { value: "late", headers: late, partition: 0 },
      ...inPartition(0, "fresh"),
    ]);
    await using client = await openClient({
      port: kafka.port,
      id: "expiry",
      sources: [{ addresses: ["expiry"] }],
    });

    await vi.waitFor(() => expect(client.received.map(textOf)).toEqual(["fresh"]), soon);
    await vi.waitFor(async () => expect((await others.committed("expiry", "expiry"))[0]).toBe(2), soon);
  });

  it("commits only as far as everything before is settled", async () => {
    await others.write("settling", inPartition(0, ...numbered(20)));
    const held: ReceivedMessage[] = [];
    await using client = await openClient({
      port: kafka.port,
      id: "settling",
      sources: [{ addresses: ["settling"] }],
      received(message) {
        if (textOf(message) === "m5") held.push(message);
        else message.settle("accept");
        return true;
      },
    });
    await vi.waitFor(() => expect(client.received).toHaveLength(20), soon);
    await vi.waitFor(async () => expect((await others.committed("settling", "settling"))[0]).toBe(5), soon);

    held[0]?.settle("accept");
    await vi.waitFor(async () => expect((await others.committed("settling", "settling"))[0]).toBe(20), soon);
  });

  it("moves on behind a message that is rejected", async () => {
    await others.write("poison", inPartition(0, "bad", "good"));
    await using client = await openClient({
      port: kafka.port,
      id: "poison",
      sources: [{ addresses: ["poison"] }],
      received(message) {
        message.settle(textOf(message) === "bad" ? "reject" : "accept");
        return true;
      },
    });
    await vi.waitFor(async () => expect((await others.committed("poison", "poison"))[0]).toBe(2), soon);
    expect(client.received.map(textOf)).toEqual(["bad", "good"]);
  });

  it("delivers a message again that is to be redelivered, with all behind it and in their order", async () => {
    await others.write("again", inPartition(0, "m0", "m1", "m2"));
    let failures = 2;
    await using client = await openClient({
      port: kafka.port,
      id: "again",
      sources: [{ addresses: ["again"] }],
      received(message) {
        const fails = textOf(message) === "m1" && failures-- > 0;
        setImmediate(() => message.settle(fails ? "redeliver" : "accept"));
        return true;
      },
    });
    await vi.waitFor(async () => expect((await others.committed("again", "again"))[0]).toBe(3), soon);
    const rounds = client.received.map(textOf).join(" ").split("m1");
    expect(rounds[0]).toBe("m0 ");
    expect(rounds).toHaveLength(4);
    expect(rounds.at(-1)).toBe(" m2");
  });

  it("goes on with other partitions while one waits for a redelivery", async () => {
    await others.write("apart", [...inPartition(0, "stuck"), ...inPartition(1, "a", "b")]);
    await using _client = await openClient({
      port: kafka.port,
      id: "apart",
      sources: [{ addresses: ["apart"] }],
      received(message) {
        message.settle(textOf(message) === "stuck" ? "redeliver" : "accept");
        return true;
      },
    });
    await vi.waitFor(
      async () => expect((await others.committed("apart", "apart")).slice(0, 2)).toEqual([0, 2]),
      soon,
    );
  });

  it("does not wait for what becomes of messages with qos 0", async () => {
    await others.write("lossy", inPartition(0, "a", "b"));
    await using client = await openClient({
      port: kafka.port,
      id: "lossy",
      sources: [{ addresses: ["lossy"], qos: 0 }],
      received: () => true,
    });
    await vi.waitFor(() => expect(client.received).toHaveLength(2), soon);
    for (const message of client.received) message.settle("redeliver");
    await vi.waitFor(async () => expect((await others.committed("lossy", "lossy"))[0]).toBe(2), soon);
    expect(client.received).toHaveLength(2);
  });

  it("hands nothing over from the moment it is told to stop until it is resumed", async () => {
    await others.write("pressure", inPartition(0, ...numbered(30)));
    let mayTake = 10;
    await using client = await openClient({
      port: kafka.port,
      id: "pressure",
      sources: [{ addresses: ["pressure"] }],
      received(message) {
        message.settle("accept");
        return --mayTake > 0;
      },
    });
    await vi.waitFor(() => expect(client.received).toHaveLength(10), soon);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(client.received).toHaveLength(10);

    mayTake = 100;
    client.connector.resume();
    await vi.waitFor(() => expect(client.received).toHaveLength(30), soon);
  });

  it("keeps to the pace and the number in work that throttling allows", async () => {
    await others.write("paced", inPartition(0, ...numbered(12)));
    const times: number[] = [];
    await using client = await openClient({
      port: kafka.port,
      id: "paced",
      sources: [{ addresses: ["paced"] }],
      settings: { throttling: { limit: 4, interval: 300, maxInFlight: 4, tolerance: 0.05 } },
      received(message) {
        times.push(Date.now());
        setTimeout(() => message.settle("accept"), 10);
        return true;
      },
    });
    await vi.waitFor(() => expect(client.received).toHaveLength(12), soon);
    expect((times[11] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(550);
    expect(client.throttled).toEqual(["paced", "paced", "paced"]);
  });

  it("takes nothing more once it drains, and commits on closing what was settled until then", async () => {
    await others.write("closing", inPartition(0, "a", "b"));
    const client = await openClient({
      port: kafka.port,
      id: "closing",
      sources: [{ addresses: ["closing"] }],
      settings: { committer: { maxBatch: 1_000, maxInterval: 60_000 } },
      received: () => true,
    });
    await vi.waitFor(() => expect(client.received).toHaveLength(2), soon);
    await client.connector.drain();
    await others.write("closing", inPartition(0, "c"));
    client.received[0]?.settle("accept");
    await client.connector.close();

    expect((await others.committed("closing", "closing"))[0]).toBe(1);
    expect(client.received).toHaveLength(2);
  });

  it("takes nothing when it is only tested", async () => {
    await others.write("tested", ["a"]);
    await using client = await openClient({
      port: kafka.port,
      id: "tested",
      isTest: true,
      sources: [{ addresses: ["tested"] }],
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(client.received).toEqual([]);
    expect(await others.committed("tested", "tested")).toEqual([-1, -1, -1, -1]);
  });
});
