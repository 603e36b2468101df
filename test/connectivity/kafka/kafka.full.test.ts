// Against Apache Kafka itself: what the mock of a cluster cannot do.

import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { kafkaUser, startKafka, type TestKafka } from "../../support/brokers/kafka.ts";
import {
  aClient,
  type ClientOptions,
  type Outside,
  openClient,
  outside,
  quickSettings,
  textMessage,
  textOf,
} from "./world.ts";

let kafka: TestKafka;
let others: Outside;
beforeAll(async () => {
  kafka = await startKafka();
  others = outside(kafka.plainPort, false);
}, 120_000);
afterAll(async () => {
  await others[Symbol.asyncDispose]();
  await kafka[Symbol.asyncDispose]();
});

const soon = { timeout: 20_000, interval: 20 };
const numbered = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);
const toward = (address: string, text: string) => ({ address, qos: undefined, message: textMessage(text) });
const login = `${kafkaUser.name}:${kafkaUser.password}@`;

/** Writes through one client and reads the same through its source. */
async function bringsThereAndBack(options: ClientOptions, topic: string): Promise<void> {
  await using client = await openClient({ ...options, id: topic, sources: [{ addresses: [topic] }] });
  await client.connector.publish(toward(`${topic}/key`, "there and back"));
  await vi.waitFor(() => expect(client.received.map(textOf)).toEqual(["there and back"]), soon);
}

const opening = (options: ClientOptions) => aClient(options).connector.open();
const forGood = { name: "ConnectFailure", isMisconfigured: true };

describe("logging in", () => {
  for (const saslMechanism of ["plain", "scram-sha-256", "scram-sha-512"]) {
    test(`${saslMechanism} lets the right user in, over TLS as well`, async () => {
      const config = { saslMechanism };
      const tls = { ca: kafka.ca };
      const bootstrap = (port: number) => ({ ...config, bootstrapServers: `127.0.0.1:${port}` });
      await bringsThereAndBack(
        { port: kafka.saslPort, login, config: bootstrap(kafka.saslPort) },
        `in-clear-${saslMechanism}`,
      );
      await bringsThereAndBack(
        { port: kafka.saslSslPort, login, tls, config: bootstrap(kafka.saslSslPort) },
        `over-tls-${saslMechanism}`,
      );
    });

    test(`${saslMechanism} turns a wrong password away at once, as something to mend`, async () => {
      const start = Date.now();
      const wrong = `${kafkaUser.name}:wrong@`;
      const failing = opening({ port: kafka.saslPort, login: wrong, config: { saslMechanism } });
      await expect(failing).rejects.toMatchObject(forGood);
      await expect(failing).rejects.not.toThrow("wrong");
      expect(Date.now() - start).toBeLessThan(5_000);
    });
  }

  test("a client that does not log in where it has to is turned away", async () => {
    await expect(opening({ port: kafka.saslPort })).rejects.toMatchObject({ name: "ConnectFailure" });
  });
});

describe("TLS", () => {
  test("a broker of a trusted authority is used", async () => {
    await bringsThereAndBack({ port: kafka.sslPort, tls: { ca: kafka.ca } }, "trusted");
  });

  test("a broker that nobody vouches for is not, unless certificates are not checked", async () => {
    await expect(opening({ port: kafka.sslPort, tls: {} })).rejects.toMatchObject(forGood);
    await bringsThereAndBack({ port: kafka.sslPort, tls: { rejectUnauthorized: false } }, "unchecked");
  });

  test("a broker with a certificate for another name is not used, unless that is itself trusted", async () => {
    const servername = "other.example";
    const failing = opening({ port: kafka.sslPort, tls: { ca: kafka.ca, servername } });
    await expect(failing).rejects.toMatchObject(forGood);
    await bringsThereAndBack({ port: kafka.sslPort, tls: { ca: kafka.serverCert, servername } }, "pinned");
  });

  test("a client shows its certificate where the broker demands one", async () => {
    const tls = { ca: kafka.ca, cert: kafka.clientCert, key: kafka.clientKey };
    await bringsThereAndBack({ port: kafka.mutualPort, tls }, "mutual");
  });

  test("a client without certificate is turned away there", async () => {
    const failing = opening({ port: kafka.mutualPort, tls: { ca: kafka.ca } });
    await expect(failing).rejects.toMatchObject({ name: "ConnectFailure" });
  });

  test("a client in clear is told so by a broker that wants TLS", async () => {
    await expect(opening({ port: kafka.sslPort })).rejects.toMatchObject({ name: "ConnectFailure" });
  });
});

describe("a group", () => {
  const inAll = (prefix: string, count: number) =>
    numbered(prefix, count).map((value, index) => ({ value, partition: index % 4 }));

  test("two clients share the partitions, and the one that stays takes over those of the other", async () => {
    await others.write("shared", inAll("a", 40));
    const options = { port: kafka.plainPort, id: "shared", sources: [{ addresses: ["shared"] }] };
    await using first = await openClient(options);
    await vi.waitFor(() => expect(first.received).toHaveLength(40), soon);
    const second = await openClient(options);
    await others.write("shared", inAll("b", 40));
    await vi.waitFor(() => expect(first.received.length + second.received.length).toBe(80), soon);
    expect(second.received).toHaveLength(20);

    await second.connector.drain();
    await second.connector.close();
    await others.write("shared", inAll("c", 40));
    await vi.waitFor(() => expect(first.received).toHaveLength(100), soon);
    const all = [...first.received, ...second.received].map(textOf);
    expect(new Set(all).size).toBe(120);
    const ofPartition = first.received.map(textOf).filter((text) => Number(text?.slice(1)) % 4 === 0);
    expect(ofPartition.filter((text) => text?.startsWith("c"))).toEqual(
      numbered("c", 40).filter((_, index) => index % 4 === 0),
    );
  });

  test("what a client has not settled comes to the other one when its partitions do", async () => {
    await others.write("handed", inAll("a", 40));
    const options = { port: kafka.plainPort, id: "handed", sources: [{ addresses: ["handed"] }] };
    const first = await openClient({
      ...options,
      received(message) {
        if (Number(textOf(message)?.slice(1)) < 20) message.settle("accept");
        return true;
      },
    });
    await vi.waitFor(() => expect(first.received).toHaveLength(40), soon);
    await first.connector.close();
    for (const message of first.received) message.settle("accept");

    await using second = await openClient(options);
    await vi.waitFor(() => expect(second.received).toHaveLength(20), soon);
    expect(second.received.map(textOf).sort()).toEqual(numbered("a", 40).slice(20).sort());
  });

  test("one client consumes with as many members as the source counts, and sources keep to their topics", async () => {
    await others.write("many", inAll("a", 8));
    await others.write("few", inAll("b", 8));
    await using client = await openClient({
      port: kafka.plainPort,
      id: "counted",
      sources: [{ addresses: ["many"], consumerCount: 3 }, { addresses: ["few"] }],
    });
    await vi.waitFor(() => expect(client.received).toHaveLength(16), soon);
    expect(new Set(client.received.map(textOf)).size).toBe(16);
  });

  test("a group that has committed nothing begins with what comes from now on, unless it is to begin with the earliest", async () => {
    await others.write("latest", inAll("old", 4));
    const config = { consumerOffsetReset: "latest" };
    await using client = await openClient({
      port: kafka.plainPort,
      id: "latest",
      config,
      sources: [{ addresses: ["latest"] }],
    });
    await others.write("latest", inAll("new", 4));
    await vi.waitFor(() => expect(client.received.map(textOf).sort()).toEqual(numbered("new", 4)), soon);
  });

  test("partitions that are added to a topic are consumed too", async () => {
    await others.write("growing", inAll("a", 4));
    const settings = { metadataMaxAge: 300 };
    await using client = await openClient({
      port: kafka.plainPort,
      id: "growing",
      settings,
      sources: [{ addresses: ["growing"] }],
    });
    await vi.waitFor(() => expect(client.received).toHaveLength(4), soon);
    await others.addPartitions("growing", 5);

    await vi.waitFor(async () => {
      await others.write("growing", [{ value: "new", partition: 4 }]);
      expect(client.received.map(textOf)).toContain("new");
    }, soon);
  });
});

test("a group goes on with the earliest message that is left, where those are deleted that it would get next", async () => {
  await others.write(
    "trimmed",
    numbered("a", 10).map((value) => ({ value, partition: 0 })),
  );
  await others.deleteBefore("trimmed", 0, 6);
  await using client = await openClient({
    port: kafka.plainPort,
    id: "trimmed",
    sources: [{ addresses: ["trimmed"] }],
  });
  await vi.waitFor(() => expect(client.received.map(textOf)).toEqual(["a6", "a7", "a8", "a9"]), soon);
});

for (const compression of ["gzip", "snappy", "lz4", "zstd"] as const) {
  test(`messages that go out with compression ${compression} are taken by the broker`, async () => {
    const settings = { producer: { ...quickSettings.producer, compression } };
    await using client = await openClient({ port: kafka.plainPort, settings });
    const texts = numbered("squeezed ", 100);
    await Promise.all(texts.map((text) => client.connector.publish(toward(`out-${compression}#0`, text))));
    const records = await others.read(`out-${compression}`, 100);
    expect(records.map(({ value }) => value?.toString())).toEqual(texts);
  });

  test(`messages that were compressed with ${compression} are received`, async () => {
    const texts = numbered("squeezed ", 100);
    await others.write(
      `in-${compression}`,
      texts.map((value) => ({ value, partition: 0 })),
      compression,
    );
    await using client = await openClient({
      port: kafka.plainPort,
      id: compression,
      sources: [{ addresses: [`in-${compression}`] }],
    });
    await vi.waitFor(() => expect(client.received.map(textOf)).toEqual(texts), soon);
  });
}

test("while the broker stands still nothing is lost, and what is published arrives afterwards", async () => {
  await using client = await openClient({
    port: kafka.plainPort,
    id: "slow",
    sources: [{ addresses: ["slow"] }],
  });
  await kafka.freeze();
  const publishing = client.connector.publish(toward("slow/k", "late"));
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  kafka.thaw();

  expect(await publishing).toEqual({ status: 204 });
  await vi.waitFor(() => expect(client.received.map(textOf)).toEqual(["late"]), soon);
  expect(client.lost).toEqual([]);
});
