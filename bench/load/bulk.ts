// Program: creates or reads a great many things over a few connections, each request once.

import { Agent, request } from "node:http";
import { searchPolicy, searchThing } from "../search/things.ts";
import { policyFor, thingOf } from "../target.ts";
import { serveJobs } from "./jobs.ts";

export interface BulkJob {
  readonly do: "policies" | "create" | "read";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly subject: string;
  readonly namespace: string;
  readonly things: number;
  readonly policies: number;
  /** Makes the things of the search bench. */
  readonly isForSearch?: boolean;
}

const connections = 64;

async function run(job: BulkJob): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const startedAt = performance.now();
  const numbers = Array.from({ length: job.do === "policies" ? job.policies : job.things }).keys();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      for (const i of numbers) await ask(job, agent, i);
    }),
  );
  agent.destroy();
  return (performance.now() - startedAt) / 1_000;
}

function ask(job: BulkJob, agent: Agent, i: number): Promise<void> {
  const policyId = `${job.namespace}:policy-${i % job.policies}`;
  const thing = `/api/2/things/${job.namespace}:thing-${i}`;
  switch (job.do) {
    case "policies":
      return send(job, agent, "PUT", `/api/2/policies/${policyId}`, policyOf(job));
    case "create":
      return send(job, agent, "PUT", thing, (job.isForSearch ? searchThing : thingOf)(policyId, i));
    case "read":
      return send(job, agent, "GET", thing);
  }
}

const policyOf = ({ subject, isForSearch }: BulkJob): string =>
  (isForSearch ? searchPolicy : policyFor)(subject);

function send(job: BulkJob, agent: Agent, method: string, path: string, body?: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const type = body === undefined ? {} : { "content-type": "application/json" };
  const outgoing = request(
    new URL(path, job.url),
    { method, agent, headers: { ...job.headers, ...type } },
    (response) => {
      response.resume();
      response.on("end", () => {
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) resolve();
        else reject(new Error(`${method} ${path}: ${status}`));
      });
    },
  );
  outgoing.on("error", reject);
  outgoing.end(body);
  return promise;
}

serveJobs(run);
