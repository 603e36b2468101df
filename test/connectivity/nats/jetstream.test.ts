import { headers } from "@nats-io/transport-node";
import { afterEach, beforeEach, expect, test } from "vitest";
import { bytesPayload } from "../../../src/connectivity/external-message.ts";
import { type NatsServer, startNats } from "../../support/brokers/nats.ts";
import { accept, eventually, pause, publication } from "../harness.ts";
import { listen, openBench, source, stranger, strangerWithStream, target, unsettledOf } from "./harness.ts";

let server: NatsServer;
beforeEach(async () => {
  server = await startNats({ maxPayload: 4 * 1024 ** 2 });
});
afterEach(() => server[Symbol.asyncDispose]());

const fromStream = { sources: [source(["stream:PLANT/plant.>"], { qos: 1 })] };
const CONSUMER = "pollux-bridge-0-0";
const numbers = (count: number) => Array.from({ length: count }, (_, i) => `${i}`);

test("messages of a stream come in their order, more than are asked for at once, and are gone when accepted", async () => {
  await using other = await strangerWithStream(server);
  await using made = await openBench(server, { ...fromStream, settings: { fetchSize: 50 } });
  made.onReceived = accept;

  for (const text of numbers(1_000)) other.nc.publish("plant.lamp", text);
  await made.until(1_000);

  expect(made.texts()).toEqual(numbers(1_000));
  await eventually(async () => expect(await unsettledOf(other, CONSUMER)).toBe(0));
});

test("a message tells where in its stream it is", async () => {
  await using other = await strangerWithStream(server);
  await using made = await openBench(server, fromStream);
  const sent = headers();
  sent.set("Content-Type", "text/plain");

  other.nc.publish("plant.lamp", "x", { headers: sent });
  await made.until(1);

  expect(made.received[0]).toMatchObject({ address: "plant.lamp", sourceAddress: "stream:PLANT/plant.>" });
  expect(made.received[0]?.headers).toEqual({
    "content-type": "text/plain",
    "nats.subject": "plant.lamp",
    "nats.stream": "PLANT",
    "nats.sequence": "1",
    "nats.timestamp": expect.stringMatching(/^20.*Z$/),
    "nats.redelivered": "false",
  });
});

test("a stream is read by its filter; without one it is read whole", async () => {
  await using other = await strangerWithStream(server);
  await using some = await openBench(server, { id: "some", sources: [source(["stream:PLANT/plant.*.on"])] });
  await using all = await openBench(server, { id: "all", sources: [source(["stream:PLANT"])] });

  for (const subject of ["plant.a.on", "plant.a.off", "plant.b.on"]) other.nc.publish(subject, subject);
  await Promise.all([some.until(2), all.until(3)]);

  expect(some.texts()).toEqual(["plant.a.on", "plant.b.on"]);
});

test("what is rejected never comes again, what is to be redelivered does, marked so", async () => {
  await using other = await strangerWithStream(server);
  await using made = await openBench(server, fromStream);
  made.onReceived = (message) => {
    const isFirst = message.headers["nats.redelivered"] === "false";
    message.settle(message.payload?.text() === "poison" ? "reject" : isFirst ? "redeliver" : "accept");
    return true;
  };

  other.nc.publish("plant.lamp", "poison");
  other.nc.publish("plant.lamp", "again");
  await made.until(3);
  await pause(1_500);

  expect(made.texts()).toEqual(["poison", "again", "again"]);
  expect(made.received[2]?.headers["nats.redelivered"]).toBe("true");
  expect(await unsettledOf(other, CONSUMER)).toBe(0);
});

test("a message whose headers are none is rejected, those behind it come", async () => {
  await using other = await strangerWithStream(server);
  await using made = await openBench(server, fromStream);
  made.onReceived = accept;
  const bad = { encode: () => Buffer.from("NATS/1.0\r\nbad name\u0001: x\r\n\r\n") };

  // The library would not send these.
  other.nc.publish("plant.lamp", "x", { headers: Object.assign(headers(), bad) });
  other.nc.publish("plant.lamp", "good");
  await made.until(1);

  expect(made.texts()).toEqual(["good"]);
  expect(made.logs.join()).toMatch(/Message 1 .* was dropped/);
  await eventually(async () => expect(await unsettledOf(other, CONSUMER)).toBe(0));
});

test("work that takes longer than the wait for acknowledgements is not delivered again meanwhile", async () => {
  await using other = await strangerWithStream(server);
  await using made = await openBench(server, fromStream);

  for (const text of numbers(10)) other.nc.publish("plant.lamp", text);
  await made.until(10);
  await pause(2_500);
  for (const message of made.received) message.settle("accept");

  await eventually(async () => expect(await unsettledOf(other, CONSUMER)).toBe(0));
  expect(made.received).toHaveLength(10);
});

test("while too much is in work nothing is pulled, afterwards all comes in its order", async () => {
  await using other = await strangerWithStream(server);
  await using made = await openBench(server, { ...fromStream, settings: { fetchSize: 10 } });
  made.onReceived = (message) => {
    message.settle("accept");
    return made.received.length !== 5;
  };

  for (const text of numbers(200)) other.nc.publish("plant.lamp", text);
  await made.until(5);
  await pause(1_500);
  expect(made.received).toHaveLength(5);
  expect((await other.jsm.consumers.info("PLANT", CONSUMER)).num_pending).toBeGreaterThan(150);

  made.connector.resume();
  await made.until(200);
  expect(made.texts()).toEqual(numbers(200));
});

test.each(["SIGTERM", "SIGKILL"] as const)(
  "after a server that was ended by %s the unsettled come again in their order, before newer ones, the settled do not",
  async (how) => {
    await using before = await strangerWithStream(server);
    const first = await openBench(server, fromStream);
    for (const text of numbers(10)) before.nc.publish("plant.lamp", text);
    await first.until(10);
    for (const message of first.received.slice(0, 4)) message.settle("accept");
    await eventually(async () => expect(await unsettledOf(before, CONSUMER)).toBe(6));
    // The server writes what is settled a little later.
    await pause(1_000);
    await server.stop(how);
    await eventually(() => expect(first.lost).toHaveLength(1));
    await first.connector.close();
    await server.start();

    await using after = await stranger(server);
    await after.nc.request("plant.lamp", "new");
    await using second = await openBench(server, fromStream);
    second.onReceived = accept;
    await second.until(7);

    expect(second.texts()).toEqual(["4", "5", "6", "7", "8", "9", "new"]);
    await eventually(async () => expect(await unsettledOf(after, CONSUMER)).toBe(0));
  },
);

test("what waits when the connector is drained goes back at once, what is in work can still be settled", async () => {
  await using other = await strangerWithStream(server);
  const made = await openBench(server, fromStream);
  made.onReceived = () => false;
  for (const text of numbers(20)) other.nc.publish("plant.lamp", text);
  await made.until(1);

  await made.connector.drain();
  made.received[0]?.settle("accept");
  await made.connector.close();

  await using next = await openBench(server, { ...fromStream, clientCount: 2 });
  next.onReceived = accept;
  await next.until(19);
  expect(new Set(next.texts())).toEqual(new Set(numbers(20).slice(1)));
});

test("with qos 0 messages are done with when they come", async () => {
  await using other = await strangerWithStream(server);
  await using made = await openBench(server, { sources: [source(["stream:PLANT/plant.>"], { qos: 0 })] });

  other.nc.publish("plant.lamp", "x");
  await made.until(1);

  await eventually(async () => expect(await unsettledOf(other, CONSUMER)).toBe(0));
});

test("two clients of a connection share a durable consumer", async () => {
  const options = { ...fromStream, clientCount: 2, settings: { fetchSize: 20 } };
  await using other = await strangerWithStream(server);
  await using first = await openBench(server, options);
  await using second = await openBench(server, { ...options, clientIndex: 1 });
  first.onReceived = accept;
  second.onReceived = accept;

  for (const text of numbers(500)) other.nc.publish("plant.lamp", text);
  await eventually(() => expect(first.received.length + second.received.length).toBe(500));

  expect(first.received.length).toBeGreaterThan(0);
  expect(second.received.length).toBeGreaterThan(0);
});

test("options of the consumer are those of the connection, also when they change", async () => {
  await using other = await strangerWithStream(server);
  const one = { durable: "mine", ackWait: "5s", maxAckPending: "7", maxDeliver: "3", deliverPolicy: "new" };
  other.nc.publish("plant.lamp", "old");
  await other.nc.flush();
  await using first = await openBench(server, { ...fromStream, specificConfig: one });
  const made = (await other.jsm.consumers.info("PLANT", "mine-0-0")).config;
  await first.connector.close();
  await using _ = await openBench(server, { ...fromStream, specificConfig: { ...one, maxAckPending: "8" } });
  const changed = (await other.jsm.consumers.info("PLANT", "mine-0-0")).config;

  expect(made).toMatchObject({ ack_wait: 5e9, max_ack_pending: 7, max_deliver: 3, deliver_policy: "new" });
  expect(changed).toMatchObject({ ack_wait: 5e9, max_ack_pending: 8, max_deliver: 3, deliver_policy: "new" });
});

test("another filter for the same consumer is refused instead of beginning anew", async () => {
  await using _ = await strangerWithStream(server);
  await (await openBench(server, fromStream)).connector.close();

  const other = openBench(server, { sources: [source(["stream:PLANT/plant.lamp"])] });

  await expect(other).rejects.toMatchObject({
    isMisconfigured: true,
    message: expect.stringMatching(/is there already/),
  });
});

test("a consumer of the operator is used as it is", async () => {
  await using other = await strangerWithStream(server);
  await other.jsm.consumers.add("PLANT", { durable_name: "theirs", ack_policy: "explicit", ack_wait: 60e9 });
  await using made = await openBench(server, { sources: [source(["consumer:PLANT/theirs"])] });

  other.nc.publish("plant.lamp", "x");
  await made.until(1);

  expect((await other.jsm.consumers.info("PLANT", "theirs")).config.ack_wait).toBe(60e9);
});

test.each([
  ["stream:NONE/plant.>", /no such stream/],
  ["consumer:PLANT/none", /no such consumer/],
])("what is not there is a failure of the configuration: %s", async (address, text) => {
  await using _ = await strangerWithStream(server);

  for (const isTest of [false, true]) {
    const opening = openBench(server, { sources: [source([address])], isTest });
    await expect(opening).rejects.toMatchObject({
      isMisconfigured: true,
      message: expect.stringMatching(text),
    });
  }
});

test("a dry run makes no consumer", async () => {
  await using other = await strangerWithStream(server);
  await using _ = await openBench(server, { ...fromStream, isTest: true });

  expect(await other.jsm.consumers.list("PLANT").next()).toEqual([]);
});

test("a consumer that is deleted loses the connection, which makes it again", async () => {
  await using other = await strangerWithStream(server);
  await using made = await openBench(server, fromStream);
  other.nc.publish("plant.lamp", "x");
  await made.until(1);
  await other.jsm.consumers.delete("PLANT", CONSUMER);
  await eventually(() => expect(made.lost).toHaveLength(1));

  await using next = await openBench(server, fromStream);
  await next.until(1);
});

test("with qos 1 messages are stored in their order when they are published", async () => {
  await using other = await strangerWithStream(server);
  await using made = await openBench(server, { targets: [target("plant.{{ thing:name }}", { qos: 1 })] });
  const heard = await listen(other.nc, "plant.>");

  await Promise.all(numbers(3_000).map((text) => made.connector.publish(publication("plant.lamp", text, 1))));

  const { state } = await other.jsm.streams.info("PLANT");
  expect(state.messages).toBe(3_000);
  await eventually(() => expect(heard).toEqual(numbers(3_000)));
});

test("a message with the same msg-id is stored once", async () => {
  await using other = await strangerWithStream(server);
  await using made = await openBench(server, { targets: [target("plant.lamp", { qos: 1 })] });
  const send = (id: string) =>
    made.connector.publish(publication("plant.lamp", "x", 1, { "nats.msg-id": id }));

  await send("one");
  await send("one");
  await send("two");

  expect((await other.jsm.streams.info("PLANT")).state.messages).toBe(2);
});

test("with qos 1 a subject that no stream takes is rejected, and so is what JetStream refuses", async () => {
  await using other = await strangerWithStream(server);
  await other.jsm.streams.add({ name: "SMALL", subjects: ["small"], max_msg_size: 10 });
  await using made = await openBench(server, { targets: [target("x", { qos: 1 })] });

  await expect(made.connector.publish(publication("nowhere", "x", 1))).rejects.toThrow(/no stream takes/);
  await expect(made.connector.publish(publication("small", "x".repeat(20), 1))).rejects.toThrow(
    /size exceeds/,
  );
});

test("with qos 1 a server that is silent rejects after a while, and takes what comes later", async () => {
  await using _ = await strangerWithStream(server);
  const producer = { queueSize: 100, maxInFlight: 5, answerWithin: 500 };
  await using made = await openBench(server, { targets: [target("x", { qos: 1 })], settings: { producer } });
  await server.freeze();
  await expect(made.connector.publish(publication("plant.lamp", "late", 1))).rejects.toThrow(/in time/);
  server.thaw();

  await made.connector.publish(publication("plant.lamp", "x", 1));
});

test("1 MB and bytes that are no text come through a stream", async () => {
  await using other = await strangerWithStream(server);
  await using made = await openBench(server, { ...fromStream, targets: [target("plant.x", { qos: 1 })] });
  const bytes = Buffer.alloc(1024 ** 2, Buffer.from([0, 255, 13, 10]));
  const payload = bytesPayload(bytes);

  for (let i = 0; i < 30; i++)
    await made.connector.publish({ address: "plant.x", qos: 1, message: { headers: {}, payload } });
  made.onReceived = accept;
  await made.until(30);

  expect(made.received.every((message) => message.payload?.bytes().equals(bytes))).toBe(true);
  expect((await other.jsm.streams.info("PLANT")).state.messages).toBe(30);
});
