// Program: many readers of event streams, and a few that write, each on a connection of its own, as requests of one connection are
// served one after another. A write is delivered when every reader has its event.

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { fanOut } from "./fan-out.ts";
import { serveJobs } from "./jobs.ts";
import type { Measured } from "./measured.ts";

/** `hold` opens readers and leaves them open, `deliver` measures with those held. */
export type StreamsJob =
  | {
      readonly do: "hold";
      readonly host: string;
      readonly port: number;
      /** The bytes by which a reader asks. */
      readonly request: string;
      readonly count: number;
    }
  | {
      readonly do: "deliver";
      readonly seconds: number;
      readonly underWay: number;
      /** Sent by the writer in turn. */
      readonly writes: readonly string[];
    };

const openedAtOnce = 50;
/** How every event begins, and no heartbeat. */
const EVENT = Buffer.from("data:{");

let server: { readonly host: string; readonly port: number };
let readers: Uint32Array = new Uint32Array();
/** Told how many events a reader has had, from 1. */
let onEvent: (count: number) => void = () => undefined;

async function hold({ host, port, request, count }: StreamsJob & { do: "hold" }): Promise<undefined> {
  server = { host, port };
  readers = new Uint32Array(count);
  const places = readers.keys();
  await Promise.all(
    Array.from({ length: openedAtOnce }, async () => {
      for (const place of places) await openReader(request, place);
    }),
  );
  return undefined;
}

async function openReader(request: string, place: number): Promise<void> {
  const socket = connect(server);
  socket.write(request);
  const [head] = (await once(socket, "data")) as [Buffer];
  if (!head.toString().startsWith("HTTP/1.1 200")) throw new Error(`no stream was opened: ${head}`);
  let rest: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let end = 0;
    for (let at = bytes.indexOf(EVENT); at >= 0; at = bytes.indexOf(EVENT, end)) {
      end = at + EVENT.length;
      const count = (readers[place] as number) + 1;
      readers[place] = count;
      onEvent(count);
    }
    rest = bytes.subarray(Math.max(end, bytes.length - EVENT.length + 1));
  });
  socket.on("close", () => {
    throw new Error("a reader was lost");
  });
}

async function deliver(job: StreamsJob & { do: "deliver" }): Promise<Measured> {
  const failures: string[] = [];
  readers.fill(0);
  const writers = await Promise.all(
    Array.from({ length: job.underWay }, () => openWriter((answer) => failures.push(answer))),
  );
  const { received, run } = fanOut(readers.length, (nth) =>
    writers[nth % writers.length]?.write(job.writes[nth % job.writes.length] as string),
  );
  onEvent = received;
  const delivered = await run(job.underWay, job.seconds);
  for (const writer of writers) writer.destroy();
  const [firstFailure] = failures;
  return { ...delivered, failures: failures.length, ...(firstFailure !== undefined && { firstFailure }) };
}

async function openWriter(onFailure: (answer: string) => void): Promise<Socket> {
  const socket = connect(server);
  await once(socket, "connect");
  socket.setNoDelay(true);
  socket.on("data", (chunk: Buffer) => {
    const text = chunk.toString("latin1");
    if (/HTTP\/1\.1 [45]/.test(text)) onFailure(text);
  });
  return socket;
}

serveJobs((job: StreamsJob): Promise<Measured | undefined> => (job.do === "hold" ? hold(job) : deliver(job)));
