// Program: devices that answer the messages to their things over WebSockets. It looks at bytes where it can, so that it takes
// little from what is measured.

import { serveJobs } from "./jobs.ts";
import { frameOf, openSocket } from "./socket.ts";

export interface DeviceJob {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** How many sessions; each answers what it is sent. */
  readonly sessions: number;
}

const SUBSCRIBE = "START-SEND-MESSAGES";

async function run(job: DeviceJob): Promise<undefined> {
  await Promise.all(Array.from({ length: job.sessions }, () => openDevice(job)));
  return undefined;
}

async function openDevice({ url, headers }: DeviceJob): Promise<void> {
  const subscribed = Promise.withResolvers<void>();
  const socket = await openSocket(
    url,
    headers,
    (buffer, start, end) => {
      if (buffer[start] === 0x7b) socket.write(frameOf(answerTo(buffer.toString("utf8", start, end))));
      else subscribed.resolve();
    },
    (reason) => {
      throw new Error(`a device was lost: ${reason}`);
    },
  );
  socket.write(frameOf(SUBSCRIBE));
  await subscribed.promise;
}

function answerTo(text: string): string {
  const topic = field(text, "topic");
  const path = field(text, "path");
  const id = field(text, "correlation-id");
  return `{"topic":${topic},"headers":{"correlation-id":${id},"content-type":"application/json"},"path":${path},"value":{"answer":42},"status":200}`;
}

/** A field of a message that holds a plain text, with its quotes. */
function field(text: string, name: string): string {
  const start = text.indexOf(`"${name}":"`) + name.length + 3;
  return text.slice(start, text.indexOf('"', start + 1) + 1);
}

serveJobs(run);
