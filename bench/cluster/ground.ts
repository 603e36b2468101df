// A PostgreSQL and a NATS for clusters that are measured, and clusters on them.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startNats } from "../../test/support/brokers/nats.ts";
import { freePort } from "../../test/support/brokers/process.ts";
import { type ClusterServer, startClusterServers } from "../../test/support/cluster-servers.ts";
import { startPostgres } from "../../test/support/postgres.ts";
import { indexed } from "../indexed.ts";
import { basic } from "../storage.ts";
import type { Target } from "../target.ts";
import { type Meter, openMeter } from "./meter.ts";

export interface Ground extends AsyncDisposable {
  readonly meter: Meter;
  /** Starts so many members on what is stored; those before have to be gone. */
  start(count: number): Promise<Members>;
}

export interface Members extends AsyncDisposable {
  readonly all: readonly ClusterServer[];
  /** Where the owner of the things speaks to each of them. */
  readonly targets: readonly Target[];
  /** Resolves when the search index has caught up. */
  indexed(): Promise<void>;
}

const password = "bench";
const env = { DEVOPS_PASSWORD: password, LOG_LEVEL: "warn", USERS: "ditto:ditto" } as const;
const operator = { authorization: basic(`devops:${password}`) };
const INDEXED_WITHIN_MS = 600_000;

export async function openGround(): Promise<Ground> {
  const stack = new AsyncDisposableStack();
  try {
    const folder = await mkdtemp(join(tmpdir(), "pollux-cluster-cost-"));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const postgres = stack.use(await startPostgres({ own: true }));
    const pidFile = join(folder, "nats.pid");
    const monitorPort = await freePort();
    const more = [`pid_file: "${pidFile}"`, `http: "127.0.0.1:${monitorPort}"`];
    const nats = stack.use(await startNats({ more }));
    const databaseUrl = await postgres.createDatabase("cluster_cost");
    let pids: readonly number[] = [];
    const meter = stack.use(
      await openMeter({ members: () => pids, nats: { pidFile, monitorPort }, databaseUrl }),
    );
    return {
      meter,
      async start(count) {
        const servers = await startClusterServers({ count, databaseUrl, natsUrl: nats.uri, env });
        const all = servers.members;
        pids = all.map(({ server }) => server.pid);
        const targets = all.map(({ server }) => ({
          url: server.url,
          owner: { authorization: basic("ditto:ditto") },
          stranger: undefined,
        }));
        return {
          all,
          targets,
          indexed: async () => {
            for (const target of targets) await indexed({ ...target, owner: operator }, INDEXED_WITHIN_MS);
          },
          async [Symbol.asyncDispose]() {
            pids = [];
            await servers[Symbol.asyncDispose]();
          },
        };
      },
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}
