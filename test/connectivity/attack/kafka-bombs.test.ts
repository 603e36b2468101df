import { expect, test, vi } from "vitest";
import { startMockKafka } from "../../support/brokers/kcat.ts";
import { openClient, outside } from "../kafka/world.ts";

/** Of which there are some hundred kilobytes when it is compressed. */
const huge = Buffer.alloc(200 * 1024 ** 2);

test.each(["gzip", "zstd"] as const)(
  "a batch that %s makes small is not unpacked into hundreds of megabytes, but told of",
  async (compression) => {
    await using kafka = await startMockKafka();
    await using others = outside(kafka.port);
    await others.write("bombs", [{ value: huge }], compression);
    await using client = await openClient({ port: kafka.port, sources: [{ addresses: ["bombs"] }] });

    await vi.waitFor(() => expect(client.lost).toHaveLength(1), { timeout: 10_000, interval: 20 });
    expect(client.lost[0]?.message).toMatch(/over 67108864 bytes when it is decompressed/);
    expect(client.received).toEqual([]);
  },
  30_000,
);
