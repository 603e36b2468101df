import { compressionsAlgorithms } from "@platformatic/kafka";
import { afterAll, beforeAll, describe, expect, vi } from "vitest";
import { type MockKafka, startMockKafka } from "../../support/brokers/kcat.ts";
import { type Client, type Outside, openClient, outside, textOf } from "../kafka/world.ts";

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

/** Of which there is little when it is compressed. */
const huge = Buffer.alloc(100 * 1024 ** 2);
const soon = { timeout: 10_000, interval: 50 };
const at = (partition: number, value: string) => ({ value, partition });

const open = (topic: string, config: Record<string, string> = {}): Promise<Client> =>
  openClient({ port: kafka.port, id: topic, config, sources: [{ addresses: [topic] }] });

/** Gives a broken batch the right checksum, as a hostile producer would. */
async function writeBroken(topic: string, partition: number): Promise<void> {
  const { snappy } = compressionsAlgorithms;
  const { compressSync } = snappy;
  Object.assign(snappy, { compressSync: () => Buffer.from("no snappy at all") });
  try {
    await others.write(topic, [at(partition, "lost")], "snappy");
  } finally {
    Object.assign(snappy, { compressSync });
  }
}

describe.concurrent("a batch of Kafka", (it) => {
  for (const compression of ["gzip", "snappy", "lz4", "zstd"] as const) {
    it(`that ${compression} makes small is not unpacked into a hundred megabytes, but told of`, async () => {
      const topic = `bombs-${compression}`;
      // Snappy makes it no smaller than five megabytes, so there are fewer of them.
      const value = compression === "snappy" ? huge.subarray(0, 50 * 1024 ** 2) : huge;
      await others.write(topic, [{ value, partition: 0 }], compression);
      await using client = await open(topic);

      const told =
        /at offset 0 of bombs-\w+#0 is corrupt: it has over 33554432 bytes when it is decompressed/;
      await vi.waitFor(() => expect(client.logs).toEqual([expect.stringMatching(told)]), soon);
      expect(client.statuses).toContain(`source ${topic} failed`);
      expect([client.received, client.lost]).toEqual([[], []]);
    });
  }

  it("that is broken holds its partition up, is told of once, and other partitions go on", async () => {
    await others.write("broken", [at(0, "before"), at(1, "apart")]);
    await writeBroken("broken", 0);
    await others.write("broken", [at(0, "behind"), at(1, "apart")]);
    await using client = await open("broken");

    await vi.waitFor(() => expect(client.logs).toHaveLength(1), soon);
    expect(client.logs[0]).toMatch(/^failure: .* offset 1 of broken#0 is corrupt: .*; the partition waits/);
    await others.write("broken", [at(1, "later")]);
    await vi.waitFor(() => expect(client.received.map(textOf)).toContain("later"), soon);
    await vi.waitFor(
      async () => expect((await others.committed("broken", "broken")).slice(0, 2)).toEqual([1, 3]),
      soon,
    );
    expect(client.received.map(textOf)).not.toContain("behind");
    expect([client.logs.length, client.lost]).toEqual([1, []]);
  });

  it("that is broken is passed over where the connection says so", async () => {
    await others.write("skipped", [at(0, "before")]);
    await writeBroken("skipped", 0);
    await others.write("skipped", [at(0, "behind")]);
    await using client = await open("skipped", { skipCorruptMessages: "true" });

    await vi.waitFor(() => expect(client.received.map(textOf)).toEqual(["before", "behind"]), soon);
    expect(client.logs).toEqual([
      expect.stringMatching(/offset 1 of skipped#0 is corrupt: .*; going on at 2/),
    ]);
    await vi.waitFor(async () => expect((await others.committed("skipped", "skipped"))[0]).toBe(3), soon);
  });
});
