// A stranger at a Kafka broker.

import { setTimeout as sleep } from "node:timers/promises";
import { type FoundRecord, outside } from "../../connectivity/kafka/world.ts";
import { type Heard, type Stranger, textOf } from "./stranger.ts";

const NEXT_LOOK_MS = 30;

/** `isMock` is librdkafka's mock. */
export async function kafkaStranger(port: number, isMock: boolean): Promise<Stranger> {
  const client = outside(port, isMock);
  const gone = new AbortController();
  const ears: Promise<void>[] = [];

  /** Kafka tells nobody: it is asked again and again. */
  async function listen(topic: string, heard: Heard[]): Promise<void> {
    const follow = client.follow(topic);
    while (!gone.signal.aborted) {
      for (const record of await follow()) heard.push(heardOf(record));
      await sleep(NEXT_LOOK_MS);
    }
  }
  return {
    link: {
      connectionType: "kafka",
      uri: `tcp://127.0.0.1:${port}`,
      specificConfig: { bootstrapServers: `127.0.0.1:${port}`, consumerOffsetReset: "earliest" },
    },
    source: (topic) => ({ addresses: [topic], qos: 1 }),
    address: (topic) => topic,
    targetQos: 1,
    say: (topic, said, headers = {}) => client.write(topic, [{ value: textOf(said), key: "one", headers }]),
    async hear(topic) {
      const heard: Heard[] = [];
      ears.push(listen(topic, heard));
      return heard;
    },
    async [Symbol.asyncDispose]() {
      gone.abort();
      await Promise.allSettled(ears);
      await client[Symbol.asyncDispose]();
    },
  };
}

const heardOf = ({ value, headers }: FoundRecord): Heard => ({
  text: String(value),
  headers: Object.fromEntries([...headers].map(([name, text]) => [String(name), String(text)])),
});
