// A cluster on one machine: members as processes of their own, each with its own ways to PostgreSQL and to NATS.

import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type NatsServer, startNats } from "../../support/brokers/nats.ts";
import { startPostgres, type TestPostgres } from "../../support/postgres.ts";
import { startServer, type TestServer } from "../../support/server.ts";
import { type TcpProxy, tcpProxy } from "../../support/tcp-proxy.ts";

/** Of Debian's package libfaketime. */
const FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";
const READY_WITHIN_MS = 60_000;

export interface Node {
  readonly name: string;
  readonly database: TcpProxy;
  readonly nats: TcpProxy;
  /** Absent while it does not run. */
  server: TestServer | undefined;
  /** Whether requests to it make sense: it runs and is not frozen. */
  isAwake: boolean;
  start(): Promise<void>;
  /** Sets its wall clock ahead by so many seconds, or back; its monotonic clock goes on. */
  skew(seconds: number): Promise<void>;
}

export interface Site extends AsyncDisposable {
  readonly nodes: readonly Node[];
  readonly postgres: TestPostgres;
  readonly nats: NatsServer;
  /** Of the database, past all proxies. */
  readonly databaseUrl: string;
}

export interface SiteOptions {
  readonly nodes: number;
  readonly settings: Readonly<Record<string, string>>;
  /** Whether clocks are to be skewed, which needs libfaketime. */
  readonly skewed?: boolean;
}

/** Starts a cluster with a PostgreSQL and a NATS of its own. */
export async function openSite({ nodes: count, settings, skewed = false }: SiteOptions): Promise<Site> {
  const stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "pollux-site-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const postgres = stack.use(await startPostgres({ own: true }));
  const nats = stack.use(await startNats());
  const databaseUrl = await postgres.createDatabase("site");
  const nodes: Node[] = [];
  for (let i = 0; i < count; i++) {
    const name = `node-${i}`;
    const database = stack.use(await tcpProxy(Number(new URL(databaseUrl).port)));
    const way = stack.use(await tcpProxy(nats.port));
    const ownUrl = new URL(databaseUrl);
    ownUrl.port = String(database.port);
    const clock = join(folder, `${name}.clock`);
    await writeFile(clock, "+0");
    const env = {
      ...settings,
      NATS_URL: `nats://127.0.0.1:${way.port}`,
      CLUSTER_NODE_NAME: name,
      ...(skewed && clockSettings(clock)),
    };
    const node: Node = {
      name,
      database,
      nats: way,
      server: undefined,
      isAwake: false,
      async start() {
        node.server = await startServer({ databaseUrl: ownUrl.href, env, readyWithinMs: READY_WITHIN_MS });
        node.isAwake = true;
      },
      async skew(seconds) {
        await writeFile(`${clock}.new`, `${seconds < 0 ? "" : "+"}${seconds}`);
        await rename(`${clock}.new`, clock);
      },
    };
    stack.defer(async () => {
      await node.server?.[Symbol.asyncDispose]();
    });
    nodes.push(node);
  }
  await Promise.all(nodes.map((node) => node.start()));
  return { nodes, postgres, nats, databaseUrl, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** The library is looked at for a new offset with each call, and leaves the monotonic clock alone. */
const clockSettings = (file: string): Readonly<Record<string, string>> => ({
  LD_PRELOAD: FAKETIME,
  FAKETIME_TIMESTAMP_FILE: file,
  FAKETIME_NO_CACHE: "1",
  FAKETIME_DONT_FAKE_MONOTONIC: "1",
});
