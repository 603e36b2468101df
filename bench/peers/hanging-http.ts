// Program: an HTTP endpoint that takes whatever is sent to it, and never answers.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { serveJobs } from "../load/jobs.ts";

let asked = 0;
const server = createServer((request) => {
  asked++;
  request.resume();
});

/** Listens, and tells its port; once it does, tells how many requests there were. */
async function run(): Promise<number> {
  if (server.listening) return asked;
  const { promise, resolve } = Promise.withResolvers<number>();
  server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  return await promise;
}

serveJobs(run);
