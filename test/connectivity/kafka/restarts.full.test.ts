// Apache Kafka is killed and started again while messages come and go.

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startKafka, type TestKafka } from "../../support/brokers/kafka.ts";
import { aClient, type Client, openClient, outside, textMessage, textOf } from "./world.ts";

const RESTARTS = 4;
const BATCH = 500;

let kafka: TestKafka;
beforeAll(async () => {
  kafka = await startKafka();
}, 120_000);
afterAll(() => kafka[Symbol.asyncDispose]());

const inPartitions = (round: number) =>
  Array.from({ length: BATCH }, (_, index) => ({ value: `${round}-${index}`, partition: index % 4 }));

/** Opens a client, again and again until it succeeds, as the supervisor of connections does. */
async function openAtLast(make: () => Client): Promise<Client> {
  for (;;) {
    const client = make();
    const isOpen = await client.connector.open().then(
      () => true,
      () => false,
    );
    if (isOpen) return client;
    await sleep(300);
  }
}

test("a broker that is stopped is lost once, and after its start the group goes on behind what was settled", async () => {
  await using others = outside(kafka.plainPort, false);
  await others.write(
    "stopped",
    ["a", "b"].map((value) => ({ value, partition: 0 })),
  );
  const options = { port: kafka.plainPort, id: "stopped", sources: [{ addresses: ["stopped"] }] };
  const first = await openClient(options);
  await vi.waitFor(async () => expect((await others.committed("stopped", "stopped"))[0]).toBe(2), 10_000);
  await kafka.stop();
  await vi.waitFor(() => expect(first.lost).toHaveLength(1), 20_000);
  await first.connector.close();
  await kafka.start();

  await using second = await openAtLast(() => aClient(options));
  await others.write("stopped", [{ value: "c", partition: 0 }]);
  await vi.waitFor(() => expect(second.received.map(textOf)).toEqual(["c"]), 20_000);
}, 120_000);

test("however often the broker is killed, no message goes unsettled and none that was published is missing", async () => {
  const accepted = new Set<string>();
  const published = new Set<string>();
  const make = () =>
    aClient({
      port: kafka.plainPort,
      id: "killed",
      sources: [{ addresses: ["killed"] }],
      received(message) {
        setTimeout(() => {
          accepted.add(textOf(message) ?? "");
          message.settle("accept");
        }, 5);
        return true;
      },
    });
  let client = await openAtLast(make);
  for (let round = 0; round < RESTARTS; round++) {
    await using others = outside(kafka.plainPort, false);
    await others.write("killed", inPartitions(round));
    const publishing = Array.from({ length: 200 }, (_, index) => {
      const text = `${round}-${index}`;
      const message = textMessage(text);
      return client.connector
        .publish({ address: "replies/k", qos: 1, message })
        .then(() => published.add(text));
    });
    await sleep(20 * round);
    await kafka.kill();
    await Promise.allSettled(publishing);
    await vi.waitFor(() => expect(client.lost).toHaveLength(1), 30_000);
    await client.connector.close();
    await kafka.start();
    client = await openAtLast(make);
  }
  await using others = outside(kafka.plainPort, false);
  const written = Array.from({ length: RESTARTS }, (_, round) =>
    inPartitions(round).map(({ value }) => value),
  ).flat();
  await vi.waitFor(() => expect([...accepted].sort()).toEqual(written.sort()), 30_000);
  await vi.waitFor(async () => {
    const sum = (await others.committed("killed", "killed")).reduce((total, offset) => total + offset, 0);
    expect(sum).toBe(RESTARTS * BATCH);
  }, 10_000);
  const replies = (await others.read("replies", published.size)).map(({ value }) => value?.toString());
  expect([...published].filter((text) => !replies.includes(text))).toEqual([]);
  await client.connector.close();
}, 300_000);
