// Several members of a cluster in one process, each with a way of its own to a real nats-server.

import { randomUUID } from "node:crypto";
import { setTimeout as later } from "node:timers/promises";
import type { Cluster } from "../../src/cluster/cluster.ts";
import { type Joining, prepareCluster } from "../../src/cluster/join.ts";
import { type NatsServer, type NatsServerOptions, startNats } from "./brokers/nats.ts";
import { type TcpProxy, tcpProxy } from "./tcp-proxy.ts";

export interface TestMember {
  readonly cluster: Cluster;
  /** Its way to NATS: `cut()`, `hold()` (half-open), `delay(ms)`, `heal()`. */
  readonly way: TcpProxy;
  /** What it told the log. */
  readonly log: readonly string[];
  /** Becomes a member; only for those that were made with `prepare`. */
  enter(): Promise<void>;
  /** Ends as a crash would: without a word. */
  halt(): Promise<void>;
}

export interface TestClusterOptions {
  /** 1,500 ms unless given. */
  readonly leaseMs?: number;
  readonly nats?: NatsServerOptions;
}

export interface MemberOptions {
  readonly name?: string;
  readonly leaseMs?: number;
  readonly now?: () => number;
}

export interface TestCluster extends AsyncDisposable {
  readonly nats: NatsServer;
  /** What separates it from others on the same server. */
  readonly name: string;
  /** In the order in which they were made, also those that are gone. */
  readonly members: readonly TestMember[];
  /** Those of {@link members}. */
  readonly clusters: readonly Cluster[];
  /** Makes another member. */
  join(options?: MemberOptions): Promise<TestMember>;
  /** The same, without becoming a member before its `enter()`. */
  prepare(options?: MemberOptions): Promise<TestMember>;
  /** Resolves when all of them have the same view with all of them and serve what they own; all that are made unless given. */
  settled(members?: readonly TestMember[], withinMs?: number): Promise<void>;
  /** An ID that this member owns, by the view of it. */
  idOf(owner: Cluster, prefix?: string): string;
}

/** Starts nats-server and so many members, and resolves when all are in. */
export async function testCluster(count: number, options: TestClusterOptions = {}): Promise<TestCluster> {
  const { leaseMs = 1_500 } = options;
  const nats = await startNats(options.nats);
  const name = `test-${randomUUID().slice(0, 8)}`;
  const members: TestMember[] = [];

  async function prepare(own: MemberOptions = {}): Promise<TestMember> {
    const way = await tcpProxy(nats.port);
    const log: string[] = [];
    const nodeName = own.name ?? `node-${members.length + 1}`;
    const joining: Joining = await prepareCluster({
      servers: [`nats://127.0.0.1:${way.port}`],
      clusterName: name,
      nodeName,
      leaseMs: own.leaseMs ?? leaseMs,
      log: (level, text) => log.push(`${level}: ${text}`),
      ...(own.now && { now: own.now }),
    });
    const { cluster, enter, halt } = joining;
    const member = { cluster, way, log, enter, halt };
    members.push(member);
    return member;
  }

  async function join(own?: MemberOptions): Promise<TestMember> {
    const member = await prepare(own);
    await member.enter();
    return member;
  }

  async function settled(
    those: readonly TestMember[] = members,
    withinMs = 10 * leaseMs + 5_000,
  ): Promise<void> {
    const deadline = performance.now() + withinMs;
    while (!isSettled(those.map(({ cluster }) => cluster))) {
      if (performance.now() > deadline)
        throw new Error(`The members do not agree:\n${those.map((one) => describe(one)).join("\n")}`);
      await later(10);
    }
  }

  const made: TestCluster = {
    nats,
    name,
    members,
    get clusters() {
      return members.map(({ cluster }) => cluster);
    },
    ...{ join, prepare, settled, idOf },
    async [Symbol.asyncDispose]() {
      await Promise.all(members.map(({ halt }) => halt()));
      await Promise.all(members.map(({ way }) => way[Symbol.asyncDispose]()));
      await nats[Symbol.asyncDispose]();
    },
  };
  try {
    for (let at = 0; at < count; at++) await join();
    await settled();
  } catch (error) {
    await made[Symbol.asyncDispose]();
    throw error;
  }
  return made;
}

/** IDs in many slots. */
export const sampleIds: readonly string[] = Array.from({ length: 500 }, (_, at) => `org.test:thing-${at}`);

function isSettled(clusters: readonly Cluster[]): boolean {
  const ids = clusters.map(({ self }) => self.id).sort();
  const epochs = new Set(clusters.map(({ epoch }) => epoch));
  const agree = clusters.every(({ members }) => `${members.map(({ id }) => id).sort()}` === `${ids}`);
  if (epochs.size > 1 || !agree) return false;
  return sampleIds.every((id) => clusters.filter((cluster) => cluster.mayServe(id)).length === 1);
}

function idOf(owner: Cluster, prefix = "org.test:thing"): string {
  for (let at = 0; ; at++) if (owner.ownerOf(`${prefix}-${at}`) === owner.self.id) return `${prefix}-${at}`;
}

function describe({ cluster, log }: TestMember): string {
  const { self, epoch, members } = cluster;
  const serves = sampleIds.filter((id) => cluster.mayServe(id)).length;
  const state = `epoch ${epoch}, members ${members.map(({ name }) => name)}, serves ${serves} of ${sampleIds.length}`;
  return `${self.name}: ${state}, lease ${cluster.leaseHolds()}\n  ${log.slice(-8).join("\n  ")}`;
}
