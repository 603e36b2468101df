// Program: publishes messages to a subject of NATS; a stream that keeps them is made first if one is named.

import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import type { FillJob } from "../connections/fill.ts";
import { messageText } from "../connections/messages.ts";
import { serveJobs } from "./jobs.ts";

const AHEAD = 1_000;

async function run({ port, address, count, stream }: FillJob): Promise<void> {
  const link = await connect({ servers: `127.0.0.1:${port}` });
  if (stream === undefined) publish(link, address, count);
  else await store(link, stream, address, count);
  await link.drain();
}

function publish(link: NatsConnection, subject: string, count: number): void {
  for (let n = 0; n < count; n++) link.publish(subject, messageText(n));
}

async function store(link: NatsConnection, name: string, subject: string, count: number): Promise<void> {
  await (await jetstreamManager(link)).streams.add({ name, subjects: [subject] });
  const client = jetstream(link);
  const numbers = Array.from({ length: count }).keys();
  await Promise.all(
    Array.from({ length: AHEAD }, async () => {
      for (const n of numbers) await client.publish(subject, messageText(n));
    }),
  );
}

serveJobs(run);
