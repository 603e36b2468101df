// Apache Kafka, which is killed.

import { type Outside, outside } from "../../connectivity/kafka/world.ts";
import { startKafka } from "../../support/brokers/kafka.ts";
import { CONNECTION, type Ground } from "./ground.ts";

const SAID = "said";
const TOLD = "told";
/** Of the broker's topics. */
const PARTITIONS = 4;

export async function kafkaGround(): Promise<Ground> {
  const stack = new AsyncDisposableStack();
  const kafka = stack.use(await startKafka());
  const producer = stack.use(outside(kafka.plainPort, false));
  const server = `127.0.0.1:${kafka.plainPort}`;
  return {
    name: "kafka",
    link: {
      ...{ connectionType: "kafka", uri: `tcp://${server}` },
      specificConfig: { bootstrapServers: server, consumerOffsetReset: "earliest" },
    },
    source: { addresses: [SAID], qos: 1 },
    address: `${TOLD}/{{ thing:id }}`,
    keepsConfirmed: true,
    say: (thingId, text) => producer.write(SAID, [{ value: text, key: thingId }]),
    settled: () => settledAt(kafka.plainPort),
    async told() {
      await using reader = outside(kafka.plainPort, false);
      return (await storedIn(reader, TOLD)).flat();
    },
    kill: () => kafka.kill(),
    start: () => kafka.start(),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** The texts of each partition. */
async function storedIn(reader: Outside, topic: string): Promise<readonly (readonly string[])[]> {
  const follow = reader.follow(topic);
  const texts: string[][] = Array.from({ length: PARTITIONS }, () => []);
  for (let emptyOnes = 0; emptyOnes < PARTITIONS; ) {
    const found = await follow();
    emptyOnes = found.length === 0 ? emptyOnes + 1 : 0;
    for (const { partition, value } of found) texts[partition]?.push(String(value));
  }
  return texts;
}

/** What is before the offset of a group will not come again; a partition without one has nothing settled. */
async function settledAt(port: number): Promise<readonly string[]> {
  await using reader = outside(port, false);
  const offsets = await reader.committed(CONNECTION, SAID);
  const stored = await storedIn(reader, SAID);
  return stored.flatMap((texts, partition) => texts.slice(0, Math.max(0, offsets[partition] ?? 0)));
}
