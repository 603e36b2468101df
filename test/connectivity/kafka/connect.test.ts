// Coming and going, against the mock of a cluster.

import { expect, test, vi } from "vitest";
import { startMockKafka } from "../../support/brokers/kcat.ts";
import { aClient, openClient, outside, textMessage } from "./world.ts";

const soon = { timeout: 20_000, interval: 50 };
const publication = { address: "t", qos: undefined, message: textMessage("x") };

test("where nobody listens, opening fails, and not for good", async () => {
  const kafka = await startMockKafka();
  await kafka.kill();
  const { connector } = aClient({ port: kafka.port });
  await expect(connector.open()).rejects.toMatchObject({ name: "ConnectFailure", isMisconfigured: false });
});

test("TLS toward a broker without it fails to open", async () => {
  await using kafka = await startMockKafka();
  const { connector } = aClient({ port: kafka.port, tls: {} });
  await expect(connector.open()).rejects.toMatchObject({ name: "ConnectFailure" });
});

test("a source whose brokers die is lost once, and what is published then is rejected", async () => {
  await using kafka = await startMockKafka();
  await using others = outside(kafka.port);
  await others.write("dying", ["a"]);
  await using client = await openClient({ port: kafka.port, sources: [{ addresses: ["dying"] }] });
  await vi.waitFor(() => expect(client.received).toHaveLength(1), soon);
  await kafka.kill();

  await vi.waitFor(() => expect(client.lost).toHaveLength(1), soon);
  await expect(client.connector.publish(publication)).rejects.toMatchObject({ status: 503 });
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(client.lost).toHaveLength(1);
});

test("a client with targets alone notices as well that its brokers die", async () => {
  await using kafka = await startMockKafka();
  await using client = await openClient({ port: kafka.port });
  await client.connector.publish(publication);
  await kafka.kill();
  await vi.waitFor(() => expect(client.lost).toHaveLength(1), soon);
});

test("closing while brokers stand still ends in time", async () => {
  await using kafka = await startMockKafka();
  await using others = outside(kafka.port);
  await others.write("still", ["a"]);
  const client = await openClient({ port: kafka.port, sources: [{ addresses: ["still"] }] });
  await kafka.freeze();
  const start = Date.now();
  await client.connector.close();
  expect(Date.now() - start).toBeLessThan(7_000);
  kafka.thaw();
});
