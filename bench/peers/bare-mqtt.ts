// Program: subscribes over MQTT with QoS 1 by the library's client, and acknowledges what comes; nothing else.

import { connect, connectAsync, type IClientOptions } from "mqtt";
import { type ConsumeJob, countedOne } from "../connections/consumption.ts";
import { serveJobs } from "../load/jobs.ts";

const session: IClientOptions = { clientId: "bench-bare", clean: false, resubscribe: false };

const run = (job: ConsumeJob): Promise<number | undefined> =>
  job.do === "subscribe" ? subscribe(job) : consume(job);

/** The broker keeps for the session what is published from now on. */
async function subscribe({ port, address }: ConsumeJob): Promise<undefined> {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, session);
  await client.subscribeAsync(address, { qos: 1 });
  await client.endAsync();
}

async function consume({ port, count }: ConsumeJob): Promise<number> {
  const client = connect(`mqtt://127.0.0.1:${port}`, { ...session, manualConnect: true });
  const counted = countedOne(count);
  client.on("message", counted.one);
  client.connect();
  const rate = await counted.rate;
  await client.endAsync();
  return rate;
}

serveJobs(run);
