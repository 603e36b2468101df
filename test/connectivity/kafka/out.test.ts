// Connection → Kafka, against the mock of a cluster.

import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type MockKafka, startMockKafka } from "../../support/brokers/kcat.ts";
import {
  bytesMessage,
  type Outside,
  openClient,
  outside,
  quickSettings,
  textMessage,
  textOf,
} from "./world.ts";

let kafka: MockKafka;
let others: Outside;
beforeAll(async () => {
  kafka = await startMockKafka(2);
  others = outside(kafka.port);
});
afterAll(async () => {
  await others[Symbol.asyncDispose]();
  await kafka[Symbol.asyncDispose]();
});

const toward = (address: string, text: string) => ({ address, qos: undefined, message: textMessage(text) });

test("a message arrives with its key, its headers and the ID of the connection", async () => {
  await using client = await openClient({ port: kafka.port, id: "out-1" });
  const message = textMessage("hello", { "content-type": "text/plain", "correlation-id": "c" });
  const published = await client.connector.publish({ address: "events/org.acme:lamp", qos: 1, message });

  expect(published).toEqual({ status: 204 });
  const [record] = await others.read("events", 1);
  expect([record?.value?.toString(), record?.key?.toString()]).toEqual(["hello", "org.acme:lamp"]);
  const headers = [...(record?.headers ?? [])].map(([name, value]) => [String(name), String(value)]);
  expect(Object.fromEntries(headers)).toEqual({
    "content-type": "text/plain",
    "correlation-id": "c",
    "ditto-connection-id": "out-1",
  });
});

test("messages of one key arrive in the order of the calls, in one partition", async () => {
  await using client = await openClient({ port: kafka.port });
  const texts = Array.from({ length: 900 }, (_, index) => `m${index}`);
  await Promise.all(texts.map((text) => client.connector.publish(toward("ordered/key", text))));

  const records = await others.read("ordered", 900);
  expect(records.map(({ value }) => value?.toString())).toEqual(texts);
  expect(new Set(records.map(({ partition }) => partition)).size).toBe(1);
});

test("an address with a partition leads there, one without to all in turn", async () => {
  await using client = await openClient({ port: kafka.port });
  await client.connector.publish(toward("parted#2", "two"));
  await Promise.all(Array.from({ length: 8 }, () => client.connector.publish(toward("spread", "any"))));

  expect((await others.read("parted", 1)).map(({ partition }) => partition)).toEqual([2]);
  expect(new Set((await others.read("spread", 8)).map(({ partition }) => partition)).size).toBe(4);
});

test("with debugging the answer tells where the message was written", async () => {
  await using client = await openClient({ port: kafka.port, config: { debugEnabled: "true" } });
  const publish = async (text: string) => {
    const { status, answer } = await client.connector.publish(toward("debugged/k", text));
    return { status, ...JSON.parse(answer?.payload?.text() ?? "") };
  };
  const [first, second] = await Promise.all([publish("a"), publish("bcd")]);

  expect(first).toMatchObject({
    status: 200,
    topic: "debugged",
    serializedKeySize: 1,
    serializedValueSize: 1,
    offset: 0,
  });
  expect(second).toMatchObject({ serializedValueSize: 3, partition: first.partition, offset: 1 });
  expect(first.timestamp).toBeGreaterThan(Date.now() - 60_000);
});

test("bytes and large payloads arrive as they are, and none as empty", async () => {
  await using client = await openClient({ port: kafka.port });
  const binary = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
  const large = Buffer.alloc(1_000_000, "y");
  const messages = [binary, large].map(bytesMessage);
  for (const message of [...messages, { headers: {}, payload: undefined }])
    await client.connector.publish({ address: "raw#0", qos: undefined, message });

  const records = await others.read("raw", 3);
  // Comparing a megabyte item by item would take long.
  const sent = [binary, large, Buffer.alloc(0)];
  expect(records.map(({ value }, index) => value?.equals(sent[index] as Buffer))).toEqual([true, true, true]);
});

test("what cannot be published for good is told with a status of 400, without harm to others", async () => {
  await using client = await openClient({ port: kafka.port });
  const refused = ["no topic", "some#99", "some#x"].map((address) =>
    client.connector.publish(toward(address, "x")),
  );
  const fine = client.connector.publish(toward("some#1", "x"));

  expect(await Promise.allSettled(refused)).toMatchObject(
    refused.map(() => ({ status: "rejected", reason: { status: 400 } })),
  );
  expect(await fine).toEqual({ status: 204 });
  expect(client.lost).toEqual([]);
});

test("messages beyond the bound of the queue are dropped while the broker is slow, those before arrive", async () => {
  const settings = { producer: { ...quickSettings.producer, queueSize: 50, parallelism: 1 } };
  await using client = await openClient({ port: kafka.port, settings });
  await client.connector.publish(toward("slow/k", "first"));
  await kafka.freeze();
  await new Promise((resolve) => setTimeout(resolve, 100));
  const flying = client.connector.publish(toward("slow/k", "flying"));
  await new Promise((resolve) => setTimeout(resolve, 50));
  const waiting = Array.from({ length: 60 }, () => client.connector.publish(toward("slow/k", "waiting")));
  const outcomes = Promise.allSettled(waiting);
  await new Promise((resolve) => setTimeout(resolve, 50));
  kafka.thaw();

  expect(await flying).toEqual({ status: 204 });
  const dropped = (await outcomes).filter(({ status }) => status === "rejected");
  expect(dropped).toHaveLength(10);
  expect(dropped[0]).toMatchObject({ reason: { status: 503 } });
});

test("what is not published by then is rejected on closing, and what comes after", async () => {
  const client = await openClient({ port: kafka.port });
  await client.connector.publish(toward("shut", "first"));
  await kafka.freeze();
  const flying = expect(client.connector.publish(toward("shut", "x"))).rejects.toThrow();
  await new Promise((resolve) => setTimeout(resolve, 20));
  await client.connector.close();
  kafka.thaw();

  await flying;
  await expect(client.connector.publish(toward("shut", "y"))).rejects.toMatchObject({ status: 503 });
});

for (const compression of ["none", "gzip", "snappy", "lz4", "zstd"] as const) {
  test(`messages go out with compression ${compression}, and are read by others and by a source`, async () => {
    const topic = `squeezed-${compression}`;
    const settings = { producer: { ...quickSettings.producer, compression } };
    const sources = [{ addresses: [topic] }];
    await using client = await openClient({ port: kafka.port, id: topic, settings, sources });
    const texts = Array.from({ length: 200 }, (_, index) => `a message that repeats itself ${index}`);
    await Promise.all(texts.map((text) => client.connector.publish(toward(`${topic}#0`, text))));

    const records = await others.read(topic, 200);
    expect(records.map(({ value }) => value?.toString())).toEqual(texts);
    await vi.waitFor(() => expect(client.received.map(textOf)).toEqual(texts), {
      timeout: 10_000,
      interval: 50,
    });
  });
}
