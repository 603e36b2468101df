// Program: publishes messages with QoS 1 over MQTT, so many ahead of the broker's acknowledgements.

import { connectAsync } from "mqtt";
import type { FillJob } from "../connections/fill.ts";
import { messageText } from "../connections/messages.ts";
import { serveJobs } from "./jobs.ts";

const AHEAD = 500;

async function run({ port, address, count }: FillJob): Promise<void> {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`);
  const numbers = Array.from({ length: count }).keys();
  await Promise.all(
    Array.from({ length: AHEAD }, async () => {
      for (const n of numbers) await client.publishAsync(address, messageText(n), { qos: 1 });
    }),
  );
  await client.endAsync();
}

serveJobs(run);
