// Program: dashboards that look at lines of factories, by WebSocket or streams of events, and how old readings are when they show.

import { once } from "node:events";
import { connect } from "node:net";
import { namespaceOf, watchOf } from "../scenario/world.ts";
import { serveJobs } from "./jobs.ts";
import { Latencies } from "./latencies.ts";
import { frameOf, openSocket } from "./socket.ts";

/** `open` resolves when all are subscribed; `sample` tells of the time since the last one. */
export type DashboardsJob =
  | {
      readonly do: "open";
      readonly by: "ws" | "sse";
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      /** Which of all dashboards. */
      readonly numbers: readonly number[];
    }
  | { readonly do: "sample" };

export interface Shown {
  /** Readings since the last sample, and since the start. */
  readonly count: number;
  readonly total: number;
  /** Milliseconds from the sensor. */
  readonly p50: number;
  readonly p99: number;
}

const marker = Buffer.from('"sentAt":');
const latencies = new Latencies();
const OPENED_AT_ONCE = 20;
let total = 0;

/** Notes each reading in a part of a buffer. */
function note(buffer: Buffer, start: number, end: number): void {
  for (let at = buffer.indexOf(marker, start); at >= 0 && at < end; at = buffer.indexOf(marker, at + 1)) {
    total++;
    latencies.add(
      Date.now() -
        Number.parseInt(buffer.toString("latin1", at + marker.length, at + marker.length + 15), 10),
    );
  }
}

async function open(job: DashboardsJob & { do: "open" }): Promise<void> {
  const numbers = job.numbers.values();
  const openOne = job.by === "ws" ? openWebSocket : openStream;
  await Promise.all(
    Array.from({ length: OPENED_AT_ONCE }, async () => {
      for (const number of numbers) await openOne(job, queryOf(number));
    }),
  );
}

function queryOf(dashboard: number): string {
  const { factory, line } = watchOf(dashboard);
  return new URLSearchParams({
    namespaces: namespaceOf(factory),
    extraFields: "attributes/line",
    filter: `and(eq(attributes/line,${line}),like(resource:path,"/features/sensor-*"))`,
  }).toString();
}

async function openWebSocket({ url, headers }: DashboardsJob & { do: "open" }, query: string): Promise<void> {
  const opened = Promise.withResolvers<void>();
  const socket = await openSocket(
    `${url}/ws/2`,
    headers,
    (buffer, start, end) => {
      if (buffer[start] === 0x7b) note(buffer, start, end);
      else opened.resolve();
    },
    (reason) => {
      opened.reject(new Error(reason));
      throw new Error(`a dashboard was lost: ${reason}`);
    },
  );
  socket.write(frameOf(`START-SEND-EVENTS?${query}`));
  await opened.promise;
}

async function openStream({ url, headers }: DashboardsJob & { do: "open" }, query: string): Promise<void> {
  const { hostname, port, host } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  const lines = Object.entries({ ...headers, host, accept: "text/event-stream" }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  socket.write(`GET /api/2/things?${query} HTTP/1.1\r\n${lines.join("")}\r\n`);
  const [head] = (await once(socket, "data")) as [Buffer];
  if (!head.toString().startsWith("HTTP/1.1 200")) throw new Error(`no stream was opened: ${head}`);
  let rest: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const end = bytes.lastIndexOf("\n") + 1;
    note(bytes, 0, end);
    rest = bytes.subarray(end);
  });
  socket.on("close", () => {
    throw new Error("a dashboard was lost");
  });
}

serveJobs(async (job: DashboardsJob): Promise<Shown> => {
  if (job.do === "open") await open(job);
  const [p50 = 0, p99 = 0] = latencies.at(0.5, 0.99);
  const shown = { count: latencies.count, total, p50, p99 };
  latencies.clear();
  return shown;
});
