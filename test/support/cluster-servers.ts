// A cluster of real server processes on one database and one NATS.

import { setTimeout as later } from "node:timers/promises";
import { startServer, type TestServer } from "./server.ts";

export interface ClusterServersOptions {
  readonly count: number;
  readonly databaseUrl: string;
  /** `nats://host:port` */
  readonly natsUrl: string;
  /** Settings of all of them; must have `DEVOPS_PASSWORD`. */
  readonly env: Readonly<Record<string, string>> & { readonly DEVOPS_PASSWORD: string };
  readonly readyWithinMs?: number;
}

export interface ClusterServer {
  readonly server: TestServer;
  /** What the member is called in the view; its ID decides what it owns. */
  readonly memberId: string;
}

export interface ClusterServers extends AsyncDisposable {
  readonly members: readonly ClusterServer[];
}

const READY_WITHIN_MS = 60_000;

/** Starts so many members, and resolves when each knows of all of them. */
export async function startClusterServers(options: ClusterServersOptions): Promise<ClusterServers> {
  const { count, databaseUrl, natsUrl, readyWithinMs = READY_WITHIN_MS } = options;
  const stack = new AsyncDisposableStack();
  try {
    const servers = await Promise.all(
      Array.from({ length: count }, async (_, at) => {
        const env = { ...options.env, NATS_URL: natsUrl, CLUSTER_NODE_NAME: `node-${at}` };
        return stack.use(await startServer({ databaseUrl, env, readyWithinMs }));
      }),
    );
    const authorization = `Basic ${Buffer.from(`devops:${options.env.DEVOPS_PASSWORD}`).toString("base64")}`;
    const deadline = performance.now() + readyWithinMs;
    const members = await Promise.all(
      servers.map(async (server) => ({
        server,
        memberId: await joined(server, authorization, count, deadline),
      })),
    );
    return { members, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

interface ClusterStatus {
  readonly reachable: readonly string[];
  readonly pollux: { readonly self: string; readonly "lease-holds": boolean };
}

/** Waits until a member knows of so many, and gives its ID. */
async function joined(
  server: TestServer,
  authorization: string,
  count: number,
  deadline: number,
): Promise<string> {
  for (;;) {
    const response = await server.fetch("/overall/status/cluster", { headers: { authorization } });
    const text = await response.text();
    if (response.ok) {
      const { reachable, pollux } = JSON.parse(text) as ClusterStatus;
      if (reachable.length === count && pollux["lease-holds"]) return pollux.self.split("@")[0] ?? "";
    }
    if (performance.now() > deadline) throw new Error(`${count} members did not come together: ${text}`);
    await later(50);
  }
}
