// Several members of a cluster, each with the connections of one journal and clients that are kept in memory.

import { startConnections } from "../../../src/connectivity/connections.ts";
import { links } from "../../../src/connectivity/lifecycle/links.ts";
import { sharingIn } from "../../../src/connectivity/lifecycle/sharing.ts";
import { monitoring } from "../../../src/connectivity/monitoring/monitoring.ts";
import type { OpeningPace } from "../../../src/connectivity/opening.ts";
import { clientKey } from "../../../src/connectivity/placing.ts";
import { openVault } from "../../../src/connectivity/secrets/vault.ts";
import { SECRET_POINTERS } from "../../../src/ops/connection-secrets.ts";
import { localAnnouncements } from "../../../src/pubsub/announcements.ts";
import { localDeclaredAcks } from "../../../src/pubsub/declared-acks.ts";
import { worldWith } from "../../pubsub/world.ts";
import { type TestCluster, type TestMember, testCluster } from "../../support/cluster.ts";
import { HeldJournal } from "../../support/journal.ts";
import { acksOf, answerOf, mappingsWith, memoryTransport } from "../world.ts";

const settings = {
  ...{ connectingMinTimeoutMs: 1000, connectingMaxTimeoutMs: 8000, connectingMaxTries: 3 },
  ...{ minBackoffMs: 60_000, maxBackoffMs: 60_000, disconnectingMaxTimeoutMs: 500 },
  ...{ disconnectAnnouncementTimeoutMs: 0, testingTimeoutMs: 1000, shutdownTimeoutMs: 100 },
  ...{ issuedMaxBytes: 1000, inWork: { most: 100, lifetimeMs: 100_000, payloadBytes: 1_000_000 } },
};
const logSettings = {
  ...{ successCapacity: 10, failureCapacity: 10, maxLogSizeBytes: 100_000, logDurationMs: 60_000 },
};
const limits = {
  ...{ scriptBytes: 50_000, scriptTimeMs: 500, scriptStackDepth: 25, incomingMessages: 10 },
  ...{ outgoingMessages: 10, sourceMappers: 10, targetMappers: 10 },
};

/** The connections of one member; its brokers behave as said. */
export async function connectionsOf(
  { cluster }: TestMember,
  journal: HeldJournal,
  behaviour: Parameters<typeof memoryTransport>[0] = {},
  openingPace: OpeningPace = { delayMs: 0, count: 100, intervalMs: 10 },
) {
  const { transport, clients } = memoryTransport(behaviour);
  const watched = monitoring(logSettings);
  const world = worldWith({ app: ["thing:/"] });
  const prepared = {
    ...{ endpoint: { host: "h", port: 1 }, tls: undefined, close: async () => undefined },
    lost: new Promise<Error>(() => undefined),
  };
  const sharing = sharingIn(cluster, (...diverted) => all.divert(...diverted));
  const all = links({
    ...{ settings, declaredAcks: localDeclaredAcks(), converse: async () => answerOf(204) },
    ...{ pubsub: world.pubsub, announcements: localAnnouncements(), transportOf: () => transport },
    ...{ prepare: async () => prepared, monitorOf: watched.monitorOf, queueSizeOf: () => 10, acksOf },
    mappingsOf: (connection) => mappingsWith({}, connection),
    ...{ onAck: () => undefined, weakAck: () => undefined, onFault: () => undefined },
    cluster: {
      isHere: (id, index) => cluster.mayServe(clientKey(id, index)),
      ...{ sharing, handOverMs: 100 },
    },
  });
  const connections = await startConnections({
    ...{ journal, cluster, historicalHeaders: [], validate: () => undefined, log: { warn: () => undefined } },
    vault: openVault({ enabled: false, key: undefined, oldKey: undefined, pointers: SECRET_POINTERS }),
    ...{ links: all, monitoring: watched, mappingTests: { engines: new Map(), limits } },
    migration: { stop: async () => undefined } as never,
    openingPace,
    commandTimeoutMs: 2_000,
  });
  /** Indices of the clients that are open here. */
  const open = (id: string) =>
    (all.views(id) ?? []).flatMap(({ index, state }) => (state.status === "open" ? [index] : []));
  return { connections, clients, open, publish: world.publish, sharing };
}

export type Member = Awaited<ReturnType<typeof connectionsOf>>;

export interface ConnectionsCluster extends AsyncDisposable {
  readonly cluster: TestCluster;
  readonly members: readonly Member[];
  readonly journal: HeldJournal;
  /** Adds a member. */
  join(): Promise<Member>;
}

/** So many members with their connections, which are opened at some pace. */
export async function connectionsCluster(
  count: number,
  openingPace?: OpeningPace,
): Promise<ConnectionsCluster> {
  // While it is by itself, nothing is missed by whoever begins to listen late.
  const cluster = await testCluster(1);
  const journal = new HeldJournal({ flowing: true });
  const members: Member[] = [await connectionsOf(cluster.members[0] as TestMember, journal, {}, openingPace)];

  async function join(): Promise<Member> {
    const prepared = await cluster.prepare();
    const member = await connectionsOf(prepared, journal, {}, openingPace);
    await prepared.enter();
    members.push(member);
    return member;
  }

  for (let i = 1; i < count; i++) await join();
  await cluster.settled();
  return {
    ...{ cluster, members, journal, join },
    async [Symbol.asyncDispose]() {
      await Promise.all(members.map(({ connections }) => connections.stop().catch(() => undefined)));
      await cluster[Symbol.asyncDispose]();
    },
  };
}
