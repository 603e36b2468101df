// Program: writes messages to a topic of Kafka, by their things.

import { Producer } from "@platformatic/kafka";
import type { FillJob } from "../connections/fill.ts";
import { keyOf, messageText } from "../connections/messages.ts";
import { serveJobs } from "./jobs.ts";

const BATCH = 2_000;

async function run({ port, address, count }: FillJob): Promise<void> {
  const producer = new Producer({
    clientId: "bench-fill",
    bootstrapBrokers: [`127.0.0.1:${port}`],
    autocreateTopics: true,
    // The topic is made when it is first asked for.
    retries: 20,
    retryDelay: 100,
  });
  for (let at = 0; at < count; at += BATCH) {
    const messages = Array.from({ length: Math.min(BATCH, count - at) }, (_, i) => ({
      topic: address,
      key: Buffer.from(keyOf(at + i)),
      value: Buffer.from(messageText(at + i)),
    }));
    await producer.send({ messages });
  }
  await producer.close();
}

serveJobs(run);
