// Program: creates things as fast as they are taken, over a few WebSockets with many commands under way on each; each is waited for.

import type { Socket } from "node:net";
import { thingOf } from "../target.ts";
import { serveJobs } from "./jobs.ts";
import { frameOf, openSocket } from "./socket.ts";

export interface CreateJob {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly namespace: string;
  /** Things of this and the following numbers are made. */
  readonly from: number;
  readonly count: number;
  /** Things are put under `policy-0` and so on of the namespace in turn. */
  readonly policies: number;
}

export interface Created {
  readonly seconds: number;
  readonly refused: number;
  /** The first refusal. */
  readonly firstRefusal?: string;
}

const SOCKETS = 4;
const UNDER_WAY = 64;
const failed = Buffer.from('/errors"');

function run(job: CreateJob): Promise<Created> {
  const { promise, resolve, reject } = Promise.withResolvers<Created>();
  const startedAt = performance.now();
  const sockets: Socket[] = [];
  const end = job.from + job.count;
  let next = job.from;
  let answered = 0;
  let refused = 0;
  let firstRefusal: string | undefined;

  const sendNext = (socket: Socket | undefined): void => {
    if (next < end) socket?.write(frameOf(creationOf(job, next++)));
  };
  const onAnswer = (at: number, buffer: Buffer, start: number, stop: number): void => {
    const error = buffer.indexOf(failed, start);
    if (error >= 0 && error < stop) {
      refused++;
      firstRefusal ??= buffer.toString("utf8", start, stop);
    }
    if (++answered < job.count) {
      sendNext(sockets[at]);
      return;
    }
    for (const socket of sockets) socket.destroy();
    const seconds = (performance.now() - startedAt) / 1_000;
    resolve({ seconds, refused, ...(firstRefusal !== undefined && { firstRefusal }) });
  };
  const opened = Array.from({ length: SOCKETS }, async (_, at) => {
    sockets[at] = await openSocket(
      job.url,
      job.headers,
      (buffer, start, stop) => onAnswer(at, buffer, start, stop),
      (reason) => reject(new Error(`a WebSocket was lost after ${answered} answers: ${reason}`)),
    );
  });
  Promise.all(opened).then(() => {
    for (let i = 0; i < SOCKETS * UNDER_WAY; i++) sendNext(sockets[i % SOCKETS]);
  }, reject);
  return promise;
}

const creationOf = ({ namespace, policies }: CreateJob, i: number): string =>
  `{"topic":"${namespace}/thing-${i}/things/twin/commands/create","headers":{"correlation-id":"${i}"},"path":"/","value":${thingOf(
    `${namespace}:policy-${i % policies}`,
    i,
  )}}`;

serveJobs(run);
