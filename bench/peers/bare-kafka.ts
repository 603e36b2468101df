// Program: reads a topic of Kafka with the library that connections use, and commits its offsets; nothing else.

import { Consumer, MessagesStreamModes } from "@platformatic/kafka";
import { type ConsumeJob, countedOne } from "../connections/consumption.ts";
import { serveJobs } from "../load/jobs.ts";

async function run({ port, address, count }: ConsumeJob): Promise<number> {
  const consumer = new Consumer({
    clientId: "bench-bare",
    groupId: `bare-${address}`,
    bootstrapBrokers: [`127.0.0.1:${port}`],
    minBytes: 1,
    maxWaitTime: 500,
  });
  const stream = await consumer.consume({
    topics: [address],
    mode: MessagesStreamModes.EARLIEST,
    autocommit: 1_000,
  });
  const counted = countedOne(count);
  stream.on("data", counted.one);
  const rate = await counted.rate;
  await stream.close();
  await consumer.close();
  return rate;
}

serveJobs(run);
