import type { IPublishPacket } from "mqtt-packet";
import { afterAll, assert, beforeAll, describe, test, vi } from "vitest";
import { bytesPayload } from "../../../src/connectivity/external-message.ts";
import { type Mosquitto, startMosquitto } from "../../support/brokers/mosquitto.ts";
import { accept, pause, publication } from "../harness.ts";
import { openBench, type Stranger, source, stranger, versions } from "./harness.ts";

let broker: Mosquitto;
beforeAll(async () => {
  broker = await startMosquitto({ maxInFlight: 0 });
});
afterAll(() => broker[Symbol.asyncDispose]());

/** What comes to a stranger that subscribes to everything. */
async function listen(protocolVersion: 4 | 5 = 4): Promise<{ client: Stranger; packets: IPublishPacket[] }> {
  const client = await stranger(broker, { protocolVersion });
  const packets: IPublishPacket[] = [];
  client.on("message", (_topic, _payload, packet) => packets.push(packet as IPublishPacket));
  await client.subscribeAsync("#", { qos: 2, rap: true });
  return { client, packets };
}

const until = (packets: readonly IPublishPacket[], count: number) =>
  vi.waitFor(() => assert.isAtLeast(packets.length, count), { timeout: 10_000, interval: 10 });

describe.each(versions)("%s, going out", (connectionType) => {
  test.each([0, 1, 2])(
    "with QoS %s a message is published, in the order of the calls, and then confirmed",
    async (qos) => {
      const { client, packets } = await listen();
      await using _client = client;
      await using from = await openBench(broker, { connectionType, sources: [] });
      const texts = Array.from({ length: 500 }, (_, i) => String(i));
      const done = await Promise.all(
        texts.map((text) => from.connector.publish(publication("out/lamp", text, qos))),
      );
      await until(packets, texts.length);
      assert.deepEqual(new Set(done.map(({ status }) => status)), new Set([200]));
      assert.deepEqual(
        packets.map(({ payload }) => payload.toString()),
        texts,
      );
      assert.deepEqual(new Set(packets.map((packet) => packet.qos)), new Set([qos]));
    },
  );

  test("that a message is confirmed is heard while thousands of others wait to be taken", async () => {
    await using other = await stranger(broker);
    await using to = await openBench(broker, {
      connectionType,
      id: "busy",
      sources: [source(["flood"], { qos: 1 })],
    });
    to.onReceived = () => false;
    for (let i = 0; i < 5_000; i++) other.publish("flood", "x", { qos: 1 });
    await other.publishAsync("flood", "x", { qos: 1 });

    await to.connector.publish(publication("out/lamp", "x", 1));

    assert.equal(to.received.length, 1);
  });

  test("headers of the message go before the target", async () => {
    const { client, packets } = await listen();
    await using _client = client;
    await using from = await openBench(broker, { connectionType, sources: [] });
    const headers = { "mqtt.topic": "elsewhere", "mqtt.qos": "2", "mqtt.retain": " TRUE " };
    await from.connector.publish(publication("out/lamp", "x", 0, headers));
    await until(packets, 1);
    const [{ topic, qos }] = packets as [IPublishPacket];
    assert.deepEqual([topic, qos], ["elsewhere", 2]);
    await client.publishAsync("elsewhere", "", { retain: true });
  });

  test("a large binary payload goes out whole, and an absent one as an empty one", async () => {
    const { client, packets } = await listen();
    await using _client = client;
    await using from = await openBench(broker, { connectionType, sources: [] });
    const bytes = Buffer.alloc(1024 ** 2, Buffer.from([0, 255, 10]));
    await from.connector.publish({
      address: "a",
      qos: 1,
      message: { headers: {}, payload: bytesPayload(bytes) },
    });
    await from.connector.publish({ address: "a", qos: 1, message: { headers: {}, payload: undefined } });
    await until(packets, 2);
    assert.isTrue(bytes.equals(packets[0]?.payload as Buffer));
    assert.equal(packets[1]?.payload.length, 0);
  });

  test.each([
    ["a/+", {}, "a/+"],
    ["", {}, "must not be empty"],
    ["a", { "mqtt.qos": "3" }, "mqtt.qos"],
    ["a", { "mqtt.retain": "yes" }, "mqtt.retain"],
    ["a", { "mqtt.topic": "#" }, "mqtt.topic"],
  ])("a message to '%s' with %j is refused, and others go on", async (address, headers, named) => {
    await using from = await openBench(broker, { connectionType, sources: [] });
    const refused = await from.connector
      .publish(publication(address, "x", 1, headers))
      .catch((error: Error) => error);
    assert.instanceOf(refused, Error);
    assert.include((refused as Error).message, named);
    assert.deepEqual(await from.connector.publish(publication("fine", "x", 1)), { status: 200 });
  });

  test("while the broker does nothing, so many wait as may, and more are dropped", async () => {
    await using slow = await startMosquitto();
    await using from = await openBench(slow, { connectionType, sources: [], settings: { maxQueueSize: 10 } });
    await from.connector.publish(publication("a", "x", 1));
    await slow.freeze();
    const large = "x".repeat(1024 ** 2);
    const outcomes = Array.from({ length: 100 }, () => from.connector.publish(publication("a", large, 1)));
    const dropped = await Promise.race(outcomes).catch((error: Error) => error.message);
    assert.include(String(dropped), "dropped");
    slow.thaw();
    const settled = await Promise.allSettled(outcomes);
    assert.isAtLeast(settled.filter(({ status }) => status === "fulfilled").length, 10);
    assert.deepEqual(await from.connector.publish(publication("a", "x", 1)), { status: 200 });
    assert.deepEqual(from.lost, []);
  });

  test("what the broker has not acknowledged is rejected when the connection is lost", async () => {
    await using dying = await startMosquitto();
    await using from = await openBench(dying, { connectionType, sources: [] });
    await dying.freeze();
    await pause(50); // it may be at something
    const published = from.connector.publish(publication("a", "x", 1)).catch((error: Error) => error);
    await pause(20);
    await dying.stop("SIGKILL");
    assert.instanceOf(await published, Error);
    assert.equal(from.lost.length, 1);
  });

  test("a client of its own publishes while the other connects anew for messages that are to come again", async () => {
    const specificConfig = {
      separatePublisherClient: "true",
      reconnectForRedelivery: "true",
      reconnectForRedeliveryDelay: "1s",
    };
    await using both = await openBench(broker, {
      connectionType,
      id: "both",
      specificConfig,
      sources: [source(["both/in"])],
    });
    await using client = await stranger(broker);
    await client.publishAsync("both/in", "x", { qos: 1 });
    await both.until(1);
    both.received[0]?.settle("redeliver");
    const end = Date.now() + 1_500;
    while (Date.now() < end) await both.connector.publish(publication("both/out", "x", 1));
    both.onReceived = accept;
    await both.until(2);
    assert.deepEqual(both.lost, []);
  });

  test("a client that connects anew itself publishes afterwards what came meanwhile", async () => {
    const specificConfig = { reconnectForRedelivery: "true", reconnectForRedeliveryDelay: "1s" };
    await using one = await openBench(broker, {
      connectionType,
      id: "single",
      specificConfig,
      sources: [source(["single/in"])],
    });
    await using client = await stranger(broker);
    await client.publishAsync("single/in", "x", { qos: 1 });
    await one.until(1);
    one.received[0]?.settle("redeliver");
    const outcomes: Promise<unknown>[] = [];
    for (let i = 0; i < 150; i++) {
      outcomes.push(one.connector.publish(publication("single/out", "x", 1)));
      await pause(10);
    }
    one.onReceived = accept;
    await one.until(2);
    await Promise.all(outcomes);
  });
});

test("of MQTT 5, headers are properties", async () => {
  const { client, packets } = await listen(5);
  await using _client = client;
  await using from = await openBench(broker, { connectionType: "mqtt-5", sources: [] });
  await from.connector.publish(
    publication("five", "{}", 1, {
      "correlation-id": "ünique",
      "reply-to": "answers/here",
      "content-type": "application/json",
      "mqtt.message-expiry-interval": "100",
      "mqtt.qos": "2",
      "device-id": "lamp",
      blank: "  ",
    }),
  );
  await until(packets, 1);
  const { properties, qos } = packets[0] as IPublishPacket;
  assert.equal(qos, 2);
  assert.equal(properties?.correlationData?.toString(), "ünique");
  assert.equal(properties?.responseTopic, "answers/here");
  assert.equal(properties?.contentType, "application/json");
  assert.isAtMost(properties?.messageExpiryInterval ?? 0, 100);
  assert.deepEqual(
    { ...properties?.userProperties },
    {
      "mqtt.message-expiry-interval": "100",
      "mqtt.qos": "2",
      "device-id": "lamp",
    },
  );
});

test("of MQTT 5, a message that the broker refuses is rejected with its reason", async () => {
  await using strict = await startMosquitto({ more: ["max_packet_size 2000"] });
  await using from = await openBench(strict, { connectionType: "mqtt-5", sources: [] });
  const refused = await from.connector
    .publish(publication("a", "x".repeat(5000), 1))
    .catch((error: Error) => error.message);
  assert.include(String(refused), "packet is too large");
});
