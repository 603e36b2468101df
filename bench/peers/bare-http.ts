// Program: the least a hono server can do. GET answers the bytes it was given, PUT and PATCH do nothing and answer 204.

import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { serveJobs } from "../load/jobs.ts";

export interface BareHttpJob {
  readonly body: string;
}

function start({ body }: BareHttpJob): Promise<number> {
  const app = new Hono()
    .get("/api/2/things/:thingId", (c) => c.body(body, 200, { "content-type": "application/json" }))
    .put("/api/2/things/:thingId/*", (c) => c.body(null, 204))
    .patch("/api/2/things/:thingId", (c) => c.body(null, 204));
  return new Promise((resolve) => {
    serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, ({ port }: AddressInfo) => resolve(port));
  });
}

serveJobs(start);
