// Program: reads a stream of NATS by a durable consumer with the library that connections use, and acknowledges each message.

import { AckPolicy, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { type ConsumeJob, countedOne } from "../connections/consumption.ts";
import { serveJobs } from "../load/jobs.ts";

/** As connections have them by default. */
const MAX_ACK_PENDING = 10_000;
const FETCH_SIZE = 2_000;

async function run({ port, stream = "", count }: ConsumeJob): Promise<number> {
  const link = await connect({ servers: `127.0.0.1:${port}` });
  const manager = await jetstreamManager(link);
  const settings = { durable_name: "bare", ack_policy: AckPolicy.Explicit, max_ack_pending: MAX_ACK_PENDING };
  await manager.consumers.add(stream, settings);
  const consumer = await jetstream(link).consumers.get(stream, "bare");
  const counted = countedOne(count);
  const messages = await consumer.consume({
    max_messages: FETCH_SIZE,
    callback: (message) => {
      message.ack();
      counted.one();
    },
  });
  const rate = await counted.rate;
  await messages.close();
  await link.drain();
  return rate;
}

serveJobs(run);
