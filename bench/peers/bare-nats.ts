// Program: subscribes to a subject of NATS with the library that connections use, and counts what comes; nothing else.

import { connect, type NatsConnection } from "@nats-io/transport-node";
import { type ConsumeJob, countedOne } from "../connections/consumption.ts";
import { serveJobs } from "../load/jobs.ts";

let link: NatsConnection;
let rate: Promise<number>;

async function run({ do: what, port, address, count }: ConsumeJob): Promise<number | undefined> {
  if (what === "subscribe") return subscribe(port, address, count);
  const measured = await rate;
  await link.close();
  return measured;
}

async function subscribe(port: number, subject: string, count: number): Promise<undefined> {
  link = await connect({ servers: `127.0.0.1:${port}` });
  const counted = countedOne(count);
  rate = counted.rate;
  link.subscribe(subject, { callback: counted.one });
  await link.flush();
}

serveJobs(run);
