// What a real server writes to its log at the lowest level, and sends to a collector of traces, holds no credentials.

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as later } from "node:timers/promises";
import { expect, test } from "vitest";
import { startServer } from "../support/server.ts";
import { openSession } from "../support/socket.ts";

test("neither log nor traces hold passwords, tokens, cookies or queries with them", {
  timeout: 90_000,
}, async () => {
  const collected: Buffer[] = [];
  const collector = createServer((request, response) => {
    request.on("data", (part: Buffer) => collected.push(part));
    request.on("end", () => response.end());
  }).listen(0, "127.0.0.1");
  await once(collector, "listening");
  const { port } = collector.address() as AddressInfo;
  await using server = await startServer({
    env: {
      USERS: "ditto:hidden-right",
      DEVOPS_PASSWORD: "hidden-operator",
      LOG_LEVEL: "trace",
      DITTO_TRACING_ENABLED: "true",
      DITTO_TRACING_SAMPLER: "always",
      DITTO_TRACING_OTEL_TRACE_REPORTER_ENABLED: "true",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    },
  });
  const authorization = `Basic ${btoa("ditto:hidden-right")}`;
  const cookie = "session=hidden-cookie";

  const made = await server.fetch("/api/2/things/org.mine:lamp", {
    method: "PUT",
    body: '{"attributes":{"at":1}}',
    headers: { authorization, cookie, "content-type": "application/json" },
  });
  await server.fetch("/api/2/things/org.mine:lamp", { headers: { authorization: "Bearer hidden-token" } });
  await server.fetch("/api/2/things/org.mine:lamp?access_token=hidden-query&password=hidden-query", {
    headers: { authorization },
  });
  await server.fetch("/devops/config", {
    headers: { authorization: `Basic ${btoa("devops:hidden-wrong")}` },
  });
  await using session = await openSession(server, { authorization, cookie });
  session.send("JWT-TOKEN?jwtToken=hidden-in-session");
  await session.closed;

  expect(made.status).toBe(201);
  await expect.poll(() => Buffer.concat(collected).includes("traceId"), { timeout: 15_000 }).toBe(true);
  await later(200);
  const written = server.stdout() + server.stderr() + Buffer.concat(collected).toString("latin1");
  expect(server.stderr()).toContain("/api/2/things/org.mine:lamp");
  expect(written).not.toContain("hidden");
  for (const pair of ["ditto:hidden-right", "devops:hidden-wrong"]) expect(written).not.toContain(btoa(pair));
  collector.closeAllConnections();
  collector.close();
});
