// Program: readings over a WebSocket, one at a time, each followed by the event of what was predicted from it.

import { namespace, thingCount } from "../target.ts";
import { serveJobs } from "./jobs.ts";
import { Latencies } from "./latencies.ts";
import { frameOf, openSocket } from "./socket.ts";

export interface PredictionDelayJob {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The feature that holds the predictions. */
  readonly feature: string;
  readonly seconds: number;
}

export interface PredictionDelay {
  /** Milliseconds from sending a reading to the event of its prediction. */
  readonly p50: number;
  readonly p99: number;
  readonly count: number;
}

const LOST_AFTER_MS = 10_000;

async function run({ url, headers, feature, seconds }: PredictionDelayJob): Promise<PredictionDelay> {
  const latencies = new Latencies();
  const opened = Promise.withResolvers<void>();
  let told = Promise.withResolvers<void>();
  const socket = await openSocket(
    url,
    headers,
    (buffer, start, end) => {
      const text = buffer.toString("utf8", start, end);
      if (!text.startsWith("{")) opened.resolve();
      else if (text.includes(`"/features/${feature}`) && text.includes("/events/")) told.resolve();
    },
    (reason) => told.reject(new Error(`the watcher was lost: ${reason}`)),
  );
  socket.write(frameOf("START-SEND-EVENTS"));
  await opened.promise;
  const until = performance.now() + seconds * 1_000;
  for (let turn = 0; performance.now() < until; turn++) {
    told = Promise.withResolvers();
    const lost = setTimeout(() => told.reject(new Error("no prediction came")), LOST_AFTER_MS);
    const sentAt = performance.now();
    socket.write(frameOf(readingOf(turn)));
    await told.promise;
    clearTimeout(lost);
    // The first readings of a thing are learned from its past.
    if (turn >= thingCount) latencies.add(performance.now() - sentAt);
  }
  socket.destroy();
  const [p50 = 0, p99 = 0] = latencies.at(0.5, 0.99);
  return { p50, p99, count: latencies.count };
}

const readingOf = (turn: number): string =>
  JSON.stringify({
    topic: `${namespace}/thing-${turn % thingCount}/things/twin/commands/modify`,
    headers: { "response-required": false, "content-type": "application/json" },
    path: "/features/vibration/properties/value",
    value: 1 + (turn % 17) / 100,
  });

serveJobs(run);
