// Program: an HTTP load generator. Each connection sends the next request when the answer to the last one is complete;
// requests are bytes made beforehand, and of an answer only status and length are read.

import { connect, type Socket } from "node:net";
import { serveJobs } from "./jobs.ts";
import { Latencies } from "./latencies.ts";
import type { Measured } from "./measured.ts";

export interface HttpJob {
  readonly host: string;
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** Whole requests, headers and all, sent in turn. */
  readonly requests: readonly string[];
}

/** Percentiles and the rate leave out the warm-up. */
export interface HttpMeasured extends Measured {
  /** All answers, those of the warm-up too. */
  readonly answers: number;
}

const warmUpSeconds = 0.3;

/** One connection with at most one request under way. */
class Connection {
  readonly #socket: Socket;
  #pending: Buffer | undefined;
  #sentAt = 0;
  readonly #onAnswer: (milliseconds: number, status: number, answer: Buffer) => void;

  constructor(job: HttpJob, onAnswer: (milliseconds: number, status: number, answer: Buffer) => void) {
    this.#onAnswer = onAnswer;
    this.#socket = connect({ host: job.host, port: job.port, noDelay: true });
    this.#socket.on("data", (chunk) => this.#receive(chunk));
    this.#socket.on("error", (error) => this.#onAnswer(0, 0, Buffer.from(String(error))));
  }

  send(request: Buffer): void {
    this.#sentAt = performance.now();
    this.#socket.write(request);
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    const answer = this.#pending ? Buffer.concat([this.#pending, chunk]) : chunk;
    const headEnd = answer.indexOf("\r\n\r\n");
    if (headEnd < 0 || !isComplete(answer, headEnd)) {
      this.#pending = answer;
      return;
    }
    this.#pending = undefined;
    this.#onAnswer(performance.now() - this.#sentAt, Number(answer.toString("latin1", 9, 12)), answer);
  }
}

function isComplete(answer: Buffer, headEnd: number): boolean {
  const head = answer.toString("latin1", 0, headEnd);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head);
  if (/^HTTP\/1.1 304/.test(head)) return true; // has no body, whatever its headers say
  if (length) return answer.length >= headEnd + 4 + Number(length[1]);
  return !/\r\ntransfer-encoding: *chunked/i.test(head) || answer.subarray(-5).equals(lastChunk);
}

const lastChunk = Buffer.from("0\r\n\r\n");

/** Runs one job; the connections are opened for it and closed after it. */
function run(job: HttpJob): Promise<HttpMeasured> {
  const requests = job.requests.map((request) => Buffer.from(request));
  const latencies = new Latencies();
  let next = 0;
  let underWay = 0;
  let answers = 0;
  let failures = 0;
  let firstFailure: string | undefined;
  let startedAt = 0;
  let stopping = false;
  const { promise, resolve } = Promise.withResolvers<HttpMeasured>();
  const connections: Connection[] = [];

  const finish = (): void => {
    const seconds = (performance.now() - startedAt) / 1_000;
    const [p50 = 0, p99 = 0] = latencies.at(0.5, 0.99);
    for (const connection of connections) connection.close();
    const measured = { rate: latencies.count / seconds, p50, p99, failures, answers };
    resolve(firstFailure === undefined ? measured : { ...measured, firstFailure });
  };
  const sendNext = (connection: Connection): void => {
    underWay++;
    connection.send(requests[next++ % requests.length] as Buffer);
  };
  for (let i = 0; i < job.connections; i++) {
    const connection = new Connection(job, (milliseconds, status, answer) => {
      underWay--;
      answers++;
      latencies.add(milliseconds);
      if ((status < 200 || status > 299) && status !== 304) {
        failures++;
        firstFailure ??= answer.toString("utf8").slice(0, 400);
      }
      if (status === 0) stopping = true;
      if (!stopping) sendNext(connection);
      else if (underWay === 0) finish();
    });
    connections.push(connection);
    sendNext(connection);
  }
  setTimeout(() => {
    latencies.clear();
    startedAt = performance.now();
  }, warmUpSeconds * 1_000);
  setTimeout(
    () => {
      stopping = true;
    },
    (warmUpSeconds + job.seconds) * 1_000,
  );
  return promise;
}

serveJobs(run);
