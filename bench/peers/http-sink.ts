// Program: an HTTP endpoint that takes whatever is sent to it, and counts.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { countedOne } from "../connections/consumption.ts";
import { serveJobs } from "../load/jobs.ts";

/** Without a count it listens and tells its port; with one it tells the rate at which so many requests came, from now on. */
export interface SinkJob {
  readonly count?: number;
}

let counted: ReturnType<typeof countedOne> | undefined;

const server = createServer((request, response) => {
  request.resume();
  request.on("end", () => {
    response.writeHead(204).end();
    counted?.one();
  });
});

async function run({ count }: SinkJob): Promise<number> {
  if (count === undefined) return listen();
  counted = countedOne(count);
  return await counted.rate;
}

function listen(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  return promise;
}

serveJobs(run);
