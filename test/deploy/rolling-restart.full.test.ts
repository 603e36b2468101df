// What docs/operations.md promises of rolling restarts: who asks members that are ready notices nothing.

import { setTimeout as later } from "node:timers/promises";
import { expect, test } from "vitest";
import { startNats } from "../support/brokers/nats.ts";
import { startClusterServers } from "../support/cluster-servers.ts";
import { startPostgres } from "../support/postgres.ts";
import { startServer, type TestServer } from "../support/server.ts";

const THINGS = 60;
const settings = { DEVOPS_PASSWORD: "devops", CLUSTER_LEASE: "1500ms" };
const pathOf = (at: number) => `/api/2/things/org.factory:press-${at % THINGS}`;
const isReady = async (server: TestServer) => (await server.fetch("/ready")).ok;

/** What a client wrote by members that are ready, one after the other, as by a proxy. */
class Client {
  readonly written = new Map<string, number>();
  readonly refused: string[] = [];
  longestMs = 0;

  async writeOn(inService: ReadonlySet<TestServer>, until: AbortSignal): Promise<void> {
    for (let at = 0; !until.aborted; at++) {
      const server = [...inService][at % inService.size]!;
      const began = performance.now();
      const { ok, status } = await server.fetch(pathOf(at), {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ attributes: { at } }),
      });
      this.longestMs = Math.max(this.longestMs, performance.now() - began);
      if (ok) this.written.set(pathOf(at), at);
      else this.refused.push(`${status} of ${pathOf(at)}`);
    }
  }
}

test("each write by a member that is ready is done, whichever is restarted", async () => {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await startNats());
  const databaseUrl = await stack.use(await startPostgres()).createDatabase("rolling");
  const cluster = stack.use(
    await startClusterServers({ count: 3, databaseUrl, natsUrl: nats.uri, env: settings }),
  );
  const inService = new Set(cluster.members.map(({ server }) => server));
  const client = new Client();
  const end = new AbortController();

  const writing = client.writeOn(inService, end.signal);
  for (const { server } of cluster.members) {
    inService.delete(server); // as the chart does five seconds before, and HAProxy when /ready says no
    await later(500);
    expect(await server.stop()).toBe(0);
    const env = { ...settings, NATS_URL: nats.uri };
    const next = stack.use(await startServer({ databaseUrl, env, readyWithinMs: 60_000 }));
    await expect.poll(() => isReady(next), { timeout: 30_000 }).toBe(true);
    inService.add(next);
    await later(1_000);
  }
  end.abort();
  await writing;

  expect(client.refused).toEqual([]);
  expect(client.written.size).toBe(THINGS);
  expect(client.longestMs).toBeLessThan(3_000);
  for (const server of inService) {
    for (const [path, at] of client.written)
      expect(await (await server.fetch(`${path}/attributes/at`)).json(), path).toBe(at);
  }
}, 180_000);
