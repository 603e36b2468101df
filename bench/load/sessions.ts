// Program: many WebSocket sessions that listen, and one that writes. A write is delivered when every listener has its
// message; a few writes are under way at once.

import type { Socket } from "node:net";
import { fanOut } from "./fan-out.ts";
import { serveJobs } from "./jobs.ts";
import type { Measured } from "./measured.ts";
import { frameOf, openSocket } from "./socket.ts";

/** `hold` opens listeners and leaves them open, `release` closes them, `deliver` measures with those held. */
export type SessionsJob =
  | {
      readonly do: "hold";
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly count: number;
      /** Sent by each session, which is open once it is answered; absent where sessions need no asking. */
      readonly subscribe?: string;
    }
  | { readonly do: "release" }
  | {
      readonly do: "deliver";
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly seconds: number;
      readonly underWay: number;
      /** Sent by the writer in turn. */
      readonly messages: readonly string[];
    };

const handshakesAtOnce = 50;

/** Listeners by their place; a message says how many that listener has had, from 1. */
let onMessage: (count: number) => void = () => {};
let listeners: Socket[] = [];
let received = new Uint32Array();

async function hold(job: SessionsJob & { do: "hold" }): Promise<undefined> {
  listeners = new Array<Socket>(job.count);
  received = new Uint32Array(job.count);
  const places = listeners.keys();
  await Promise.all(
    Array.from({ length: handshakesAtOnce }, async () => {
      for (const place of places) listeners[place] = await openListener(job, place);
    }),
  );
  return undefined;
}

async function openListener(job: SessionsJob & { do: "hold" }, place: number): Promise<Socket> {
  const acknowledged = Promise.withResolvers<void>();
  let isOpen = job.subscribe === undefined;
  if (isOpen) acknowledged.resolve();
  const socket = await openSocket(
    job.url,
    job.headers,
    () => {
      if (isOpen) {
        const count = (received[place] ?? 0) + 1;
        received[place] = count;
        onMessage(count);
      } else {
        isOpen = true;
        acknowledged.resolve();
      }
    },
    (reason) => {
      acknowledged.reject(new Error(reason));
      if (listeners.length > 0 && !socket.destroyed) throw new Error(`a listener was lost: ${reason}`);
    },
  );
  if (job.subscribe !== undefined) socket.write(frameOf(job.subscribe));
  await acknowledged.promise;
  return socket;
}

function release(): Promise<undefined> {
  const sockets = listeners;
  listeners = [];
  for (const socket of sockets) socket.destroy();
  return Promise.resolve(undefined);
}

async function deliver(job: SessionsJob & { do: "deliver" }): Promise<Measured> {
  const messages = job.messages.map(frameOf);
  let failures = 0;
  let firstFailure: string | undefined;
  received.fill(0);
  const writer = await openSocket(
    job.url,
    job.headers,
    (buffer, start, end) => {
      const text = buffer.toString("utf8", start, end);
      if (!text.includes("/errors")) return;
      failures++;
      firstFailure ??= text;
    },
    () => {},
  );
  const { received: onReceived, run } = fanOut(listeners.length, (nth) =>
    writer.write(messages[nth % messages.length] as Buffer),
  );
  onMessage = onReceived;
  const delivered = await run(job.underWay, job.seconds);
  writer.destroy();
  return { ...delivered, failures, ...(firstFailure === undefined ? {} : { firstFailure }) };
}

serveJobs((job: SessionsJob): Promise<Measured | undefined> => {
  switch (job.do) {
    case "hold":
      return hold(job);
    case "release":
      return release();
    case "deliver":
      return deliver(job);
  }
});
