import { afterAll, assert, beforeAll, describe, test } from "vitest";
import { type Mosquitto, startMosquitto } from "../../support/brokers/mosquitto.ts";
import { accept, pause } from "../harness.ts";
import { openBench, source, stranger, versions } from "./harness.ts";

let broker: Mosquitto;
beforeAll(async () => {
  broker = await startMosquitto({ maxInFlight: 0 });
});
afterAll(() => broker[Symbol.asyncDispose]());

describe.each(versions)("%s, coming in", (connectionType) => {
  test("a message is received with its topic, its headers and its bytes, by the sources that subscribe to it", async () => {
    const sources = [source(["in/+/up", "other"]), source(["never"]), source(["in/#"], { qos: 0 })];
    await using to = await openBench(broker, { connectionType, sources });
    await using from = await stranger(broker);
    const bytes = Buffer.from([0, 255, 128, 10, 13]);

    await from.publishAsync("in/lamp/up", bytes, { qos: 1 });
    await to.until(2);
    await pause(50);

    // With MQTT 5 the broker sends a copy for each subscription.
    assert.deepEqual(to.received.map((message) => message.source).sort(), [0, 2]);
    const message = to.received.find(({ source }) => source === 0);
    assert.deepEqual(message?.payload?.bytes(), bytes);
    assert.equal(message?.address, "in/lamp/up");
    assert.equal(message?.sourceAddress, "in/+/up;other");
    assert.deepEqual(
      { ...message?.headers },
      { "mqtt.topic": "in/lamp/up", "mqtt.qos": "1", "mqtt.retain": "false" },
    );
    assert.deepEqual(to.statuses, ["source in/+/up;other: open", "source never: open", "source in/#: open"]);
  });

  test("a retained message says so", async () => {
    await using from = await stranger(broker);
    await from.publishAsync("kept/lamp", "on", { qos: 1, retain: true });
    await using to = await openBench(broker, {
      connectionType,
      id: "kept",
      sources: [source(["kept/lamp"])],
    });
    await to.until(1);
    assert.equal(to.received[0]?.headers["mqtt.retain"], "true");
    await from.publishAsync("kept/lamp", "", { qos: 1, retain: true });
  });

  test("a shared subscription is one source among several clients", async () => {
    const shared = { connectionType, sources: [source([`$share/${connectionType}/work/#`])] };
    await using one = await openBench(broker, { ...shared, id: "one" });
    await using two = await openBench(broker, { ...shared, id: "two" });
    await using from = await stranger(broker);
    one.onReceived = accept;
    two.onReceived = accept;
    for (let i = 0; i < 10; i++) await from.publishAsync(`work/${i}`, String(i), { qos: 1 });
    await one.until(5);
    await two.until(5);
    assert.deepEqual([...one.texts(), ...two.texts()].map(Number).sort(), [...Array(10).keys()]);
  });

  test("a payload of 1 MB comes whole", async () => {
    await using to = await openBench(broker, { connectionType, id: "large" });
    await using from = await stranger(broker);
    const bytes = Buffer.alloc(1024 ** 2, "0123456789");
    await from.publishAsync("in/large", bytes, { qos: 1 });
    await to.until(1);
    assert.isTrue(to.received[0]?.payload?.bytes().equals(bytes));
  });

  test("a message that is too large is done with, and those behind it come", async () => {
    const settings = { maxPacketBytes: 10_000 };
    await using to = await openBench(broker, { connectionType, id: "too-large", settings });
    await using from = await stranger(broker);
    for (const text of ["before", "x".repeat(100_000), "after"])
      await from.publishAsync("in/too-large", text, { qos: 1 });
    await to.until(2);

    assert.deepEqual(to.texts(), ["before", "after"]);
    assert.deepEqual(to.lost, []);
    // With MQTT 5 the broker keeps it to itself.
    assert.lengthOf(to.logs, connectionType === "mqtt" ? 1 : 0);
  });

  test("10,000 messages in flight are settled in any order", async () => {
    await using to = await openBench(broker, { connectionType, id: "many" });
    await using from = await stranger(broker);
    const count = 10_000;
    await Promise.all(
      Array.from({ length: count }, (_, i) => from.publishAsync("in/many", String(i), { qos: 1 })),
    );
    await to.until(count);
    for (const [i, message] of to.received.entries()) if (i % 2 === 0) message.settle("accept");
    for (const message of to.received.toReversed()) message.settle("accept");
    await to.connector.close();

    await using again = await openBench(broker, { connectionType, id: "many" });
    await from.publishAsync("in/many", "last", { qos: 1 });
    await again.until(1);
    assert.deepEqual(again.texts(), ["last"]);
    assert.deepEqual(to.texts().map(Number), [...Array(count).keys()]);
  });

  test.each([1, 2] as const)(
    "with QoS %s what is not settled comes again, and what is settled does not",
    async (qos) => {
      const options = { connectionType, id: `again-${qos}`, sources: [source([`again/${qos}`], { qos })] };
      await using from = await stranger(broker);
      {
        await using to = await openBench(broker, options);
        for (const text of ["a", "b", "c", "d"]) await from.publishAsync(`again/${qos}`, text, { qos });
        await to.until(4);
        to.received[0]?.settle("accept");
        to.received[1]?.settle("reject");
        to.received[3]?.settle("accept");
      }
      await using again = await openBench(broker, options);
      await again.until(2);
      // Acknowledgements go out in the order of receipt: the third holds that of the fourth back.
      assert.deepEqual(again.texts(), ["c", "d"]);
      again.received[0]?.settle("accept");
      again.received[1]?.settle("redeliver");
      await again.connector.close();
      await using last = await openBench(broker, options);
      await pause(100);
      assert.deepEqual(last.texts(), [], "without reconnectForRedelivery it is acknowledged all the same");
    },
  );

  test("a message that is to come again does so once the client has connected anew, and others are not held back", async () => {
    const specificConfig = { reconnectForRedelivery: "true", reconnectForRedeliveryDelay: "1s" };
    await using to = await openBench(broker, { connectionType, id: "redelivery", specificConfig });
    await using from = await stranger(broker);
    to.onReceived = (message) => {
      const failed =
        message.payload?.text() === "failed" && to.texts().filter((text) => text === "failed").length === 1;
      message.settle(failed ? "redeliver" : "accept");
      return true;
    };
    await from.publishAsync("in/x", "failed", { qos: 1 });
    await from.publishAsync("in/x", "fine", { qos: 1 });
    await to.until(3);
    await pause(100);
    assert.deepEqual(to.texts(), ["failed", "fine", "failed"]);
    await from.publishAsync("in/x", "after", { qos: 1 });
    await to.until(4);
    assert.deepEqual(to.lost, []);
  });

  test("while too much is in work the broker keeps what comes", async () => {
    await using to = await openBench(broker, {
      connectionType,
      id: "held",
      sources: [source(["flood"], { qos: 0 })],
    });
    await using from = await stranger(broker);
    to.onReceived = () => false;
    const kilobyte = "x".repeat(1024);
    for (let i = 0; i < 20_000; i++) from.publish("flood", kilobyte, { qos: 0 });
    await from.publishAsync("flood", kilobyte, { qos: 1 });
    await pause(200);
    assert.equal(to.received.length, 1, "nothing is handed out that was not asked for");
    to.connector.resume();
    await pause(50);
    assert.equal(to.received.length, 2);
    to.onReceived = () => true;
    to.connector.resume();
    await to.until(1000);
  });

  test("a source that is throttled takes no more than its share of each interval", async () => {
    const throttling = { limit: 10, interval: 300 };
    await using to = await openBench(broker, { connectionType, id: "slow", settings: { throttling } });
    await using from = await stranger(broker);
    to.onReceived = accept;
    const start = performance.now();
    for (let i = 0; i < 30; i++) await from.publishAsync("in/slow", String(i), { qos: 1 });
    await pause(Math.max(0, 200 - (performance.now() - start)));
    assert.isAtMost(to.received.length, 10);
    await to.until(30);
    assert.isAtLeast(performance.now() - start, 550);
    assert.deepEqual(to.texts().map(Number), [...Array(30).keys()]);
    assert.deepEqual(to.throttled, ["in/#", "in/#"]);
  });

  test("messages for subscriptions of long ago are acknowledged and dropped", async () => {
    await using from = await stranger(broker);
    await (
      await openBench(broker, { connectionType, id: "old", sources: [source(["old/a"])] })
    ).connector.close();
    await from.publishAsync("old/a", "nobody", { qos: 1 });
    await (
      await openBench(broker, { connectionType, id: "old", sources: [source(["old/b"])] })
    ).connector.close();
    await using to = await openBench(broker, { connectionType, id: "old", sources: [source(["old/a"])] });
    await pause(100);
    assert.deepEqual(to.texts(), []);
  });

  test("once drained, nothing is handed out, but what was can be settled", async () => {
    const options = { connectionType, id: "drained", sources: [source(["drained"])] };
    await using from = await stranger(broker);
    {
      await using to = await openBench(broker, options);
      await from.publishAsync("drained", "before", { qos: 1 });
      await to.until(1);
      await to.connector.drain();
      await from.publishAsync("drained", "after", { qos: 1 });
      await pause(100);
      assert.deepEqual(to.texts(), ["before"]);
      to.received[0]?.settle("accept");
    }
    await using again = await openBench(broker, options);
    await again.until(1);
    assert.deepEqual(again.texts(), ["after"]);
  });
});

test("of MQTT 5, properties of a message are its headers, and user properties cannot take their places", async () => {
  await using to = await openBench(broker, { connectionType: "mqtt-5", id: "five" });
  await using from = await stranger(broker, { protocolVersion: 5 });
  await from.publishAsync("in/five", "{}", {
    qos: 1,
    properties: {
      correlationData: Buffer.from("ünique"),
      responseTopic: "answers/here",
      contentType: "application/json",
      messageExpiryInterval: 100,
      userProperties: {
        "Device-ID": "lamp",
        twice: ["a", "b"],
        "mqtt.topic": "lie",
        "reply-to": "lie",
        ["__proto__"]: "x",
      },
    },
  });
  await to.until(1);
  assert.deepEqual(Object.fromEntries(Object.entries(to.received[0]!.headers)), {
    "mqtt.topic": "in/five",
    "mqtt.qos": "1",
    "mqtt.retain": "false",
    "mqtt.message-expiry-interval": "100",
    "correlation-id": "ünique",
    "reply-to": "answers/here",
    "content-type": "application/json",
    "device-id": "lamp",
    twice: "b",
    ["__proto__"]: "x",
  });
});
