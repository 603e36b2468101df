// Program: changes properties of things at a steady rate, over a few WebSockets, until it is told to stop.

import { setTimeout as sleep } from "node:timers/promises";
import { serveJobs } from "./jobs.ts";
import { frameOf, openSocket } from "./socket.ts";

export interface UpdatesJob {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly namespace: string;
  /** How many things are changed, in turn. */
  readonly things: number;
  readonly perSecond: number;
  readonly seconds: number;
}

export interface Updates {
  /** Sent, and answered, a second. */
  readonly sent: number;
  readonly answered: number;
}

const SOCKETS = 8;
const TICK_MS = 10;
/** More than this many unanswered, and the server does not keep up: then it is waited for. */
const MAX_UNANSWERED = 20_000;

async function run(job: UpdatesJob): Promise<Updates> {
  let answered = 0;
  const sockets = await Promise.all(
    Array.from({ length: SOCKETS }, () =>
      openSocket(
        `${job.url.replace(/^http/, "ws")}/ws/2`,
        job.headers,
        () => answered++,
        () => undefined,
      ),
    ),
  );
  const startedAt = performance.now();
  let sent = 0;
  for (let elapsed = 0; elapsed < job.seconds * 1_000; elapsed = performance.now() - startedAt) {
    const due = Math.floor((elapsed / 1_000) * job.perSecond);
    while (sent < due && sent - answered < MAX_UNANSWERED) {
      sockets[sent % SOCKETS]?.write(frameOf(updateOf(job, sent++)));
    }
    await sleep(TICK_MS);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const inTime = answered;
  while (answered < sent) await sleep(TICK_MS);
  for (const socket of sockets) socket.destroy();
  return { sent: sent / seconds, answered: inTime / seconds };
}

const updateOf = ({ namespace, things }: UpdatesJob, n: number): string =>
  JSON.stringify({
    topic: `${namespace}/thing-${n % things}/things/twin/commands/modify`,
    headers: { "correlation-id": String(n) },
    path: "/features/temperature/properties/value",
    value: n / 8,
  });

serveJobs(run);
