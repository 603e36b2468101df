// Links of connections, with everything around them filled in by hand.

import { vi } from "vitest";
import type { Said } from "../../../src/connectivity/inbound/converse.ts";
import { type Links, links } from "../../../src/connectivity/lifecycle/links.ts";
import type { Mappings } from "../../../src/connectivity/mapping/mappings.ts";
import type { Connection } from "../../../src/connectivity/model.ts";
import type { Prepared } from "../../../src/connectivity/net/prepare.ts";
import type { Answer } from "../../../src/conversation/answer.ts";
import { localAnnouncements } from "../../../src/pubsub/announcements.ts";
import { localDeclaredAcks } from "../../../src/pubsub/declared-acks.ts";
import { worldWith } from "../../pubsub/world.ts";
import {
  acksOf,
  answerOf,
  connectionOf,
  countingMonitor,
  type MemoryClient,
  mappingsWith,
  memoryTransport,
  sourceOf,
  targetOf,
} from "../world.ts";

const settings = {
  ...{ connectingMinTimeoutMs: 1000, connectingMaxTimeoutMs: 8000, connectingMaxTries: 3 },
  ...{
    minBackoffMs: 100,
    maxBackoffMs: 400,
    disconnectingMaxTimeoutMs: 500,
    disconnectAnnouncementTimeoutMs: 300,
  },
  ...{ testingTimeoutMs: 1000, shutdownTimeoutMs: 700, issuedMaxBytes: 1000 },
  inWork: { most: 100, lifetimeMs: 100_000, payloadBytes: 1_000_000 },
};

export interface Options {
  readonly behaviour?: Parameters<typeof memoryTransport>[0];
  readonly prepare?: () => Promise<Prepared>;
  readonly mappings?: () => Mappings;
  readonly shutdownTimeoutMs?: number;
  readonly converse?: (said: Said) => Promise<Answer | undefined>;
}

export function worldOf(options: Options = {}) {
  const { behaviour, prepare, mappings = mappingsWith, converse = async () => answerOf(204) } = options;
  const { shutdownTimeoutMs = settings.shutdownTimeoutMs } = options;
  const [onAck, weakAck] = [vi.fn(), vi.fn()];
  const { transport, clients } = memoryTransport(behaviour);
  const { monitor, counts } = countingMonitor();
  const world = worldWith({ app: ["thing:/"] });
  const declaredAcks = localDeclaredAcks();
  const closed = vi.fn(async () => undefined);
  const lost = new Promise<Error>(() => undefined);
  const prepared = { endpoint: { host: "h", port: 1 }, tls: undefined, lost, close: closed };
  const all: Links = links({
    settings: { ...settings, shutdownTimeoutMs },
    ...{ declaredAcks, converse, pubsub: world.pubsub, announcements: localAnnouncements() },
    transportOf: () => transport,
    prepare: prepare ?? (async () => prepared),
    ...{ mappingsOf: () => mappings(), monitorOf: () => monitor, queueSizeOf: () => 10, acksOf },
    ...{ onAck, weakAck, onFault: vi.fn() },
  });
  return { all, clients, counts, closed, declaredAcks, prepared, publish: world.publish, onAck, weakAck };
}

export const refused = () => Promise.reject(new Error("refused"));
export const bridge = (more: Partial<Connection> = {}) =>
  connectionOf({ sources: [sourceOf()], targets: [targetOf()], ...more });
export const liveStatus = (all: Links) => all.status("bridge")?.liveStatus;
export const lastOf = (clients: readonly MemoryClient[]) => clients.at(-1) as MemoryClient;
