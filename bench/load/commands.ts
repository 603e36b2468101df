// Program: keeps a number of commands in flight on each of several WebSockets and waits for each answer by its
// correlation id, `c` and the number of its slot.

import type { Socket } from "node:net";
import { serveJobs } from "./jobs.ts";
import { Latencies } from "./latencies.ts";
import type { Measured } from "./measured.ts";
import { frameOf, openSocket } from "./socket.ts";

export interface CommandsJob {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly seconds: number;
  /** For each socket, for each slot, the messages to send in turn. */
  readonly sockets: readonly (readonly (readonly string[])[])[];
}

const warmUpSeconds = 0.3;
const marker = Buffer.from('"correlation-id":"c');
const failed = Buffer.from('/errors"');

/** The slots of one socket. */
class Lane {
  readonly #slots: readonly (readonly Buffer[])[];
  readonly #sent: number[];
  readonly #sentAt: number[];
  #socket: Socket | undefined;

  constructor(slots: readonly (readonly string[])[]) {
    this.#slots = slots.map((messages) => messages.map(frameOf));
    this.#sent = slots.map(() => 0);
    this.#sentAt = slots.map(() => 0);
  }

  start(socket: Socket): void {
    this.#socket = socket;
    socket.cork();
    for (let slot = 0; slot < this.#slots.length; slot++) this.send(slot);
    socket.uncork();
  }

  send(slot: number): void {
    const messages = this.#slots[slot] as readonly Buffer[];
    const turn = this.#sent[slot] as number;
    this.#sent[slot] = turn + 1;
    this.#sentAt[slot] = performance.now();
    this.#socket?.write(messages[turn % messages.length] as Buffer);
  }

  since(slot: number): number {
    return performance.now() - (this.#sentAt[slot] as number);
  }
}

function slotOf(buffer: Buffer, start: number): number {
  let at = buffer.indexOf(marker, start) + marker.length;
  let slot = 0;
  for (let byte = buffer[at] as number; byte >= 48 && byte <= 57; byte = buffer[++at] as number) {
    slot = slot * 10 + byte - 48;
  }
  return slot;
}

async function run(job: CommandsJob): Promise<Measured> {
  const latencies = new Latencies();
  let failures = 0;
  let firstFailure: string | undefined;
  let stopping = false;
  const fail = (text: string) => {
    failures++;
    firstFailure ??= text;
  };
  const lanes = job.sockets.map((slots) => new Lane(slots));
  const sockets = await Promise.all(
    lanes.map((lane) =>
      openSocket(
        job.url,
        job.headers,
        (buffer, start, end) => {
          const slot = slotOf(buffer, start);
          latencies.add(lane.since(slot));
          const error = buffer.indexOf(failed, start);
          if (error >= 0 && error < end) fail(buffer.toString("utf8", start, end));
          if (!stopping) lane.send(slot);
        },
        (reason) => {
          if (!stopping) fail(reason);
        },
      ),
    ),
  );
  lanes.forEach((lane, i) => {
    lane.start(sockets[i] as Socket);
  });
  await wait(warmUpSeconds);
  latencies.clear();
  const startedAt = performance.now();
  await wait(job.seconds);
  const rate = (latencies.count * 1_000) / (performance.now() - startedAt);
  const [p50 = 0, p99 = 0] = latencies.at(0.5, 0.99);
  stopping = true;
  await wait(0.2); // lets the last answers come in, so that the next round starts with an idle server
  for (const socket of sockets) socket.destroy();
  return { rate, p50, p99, failures, ...(firstFailure === undefined ? {} : { firstFailure }) };
}

const wait = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1_000));

serveJobs(run);
