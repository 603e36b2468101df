// Members of a cluster on one PostgreSQL, each with its entities, its sessions and its way to NATS. Commands are run at the owner of
// their thing, as if they had been forwarded from where they came in.

import { randomUUID } from "node:crypto";
import type { JsonObject, JsonValue } from "../../../src/base/json/json.ts";
import { readPath } from "../../../src/base/json/pointer.ts";
import { type Ack, weakAck } from "../../../src/dispatch/acks/ack.ts";
import { clusteredReplies } from "../../../src/dispatch/acks/clustered-replies.ts";
import type { Replies } from "../../../src/dispatch/acks/replies.ts";
import { repliesRegistry } from "../../../src/dispatch/acks/replies-registry.ts";
import { dispatcher } from "../../../src/dispatch/dispatcher.ts";
import { serviceUnavailable } from "../../../src/dispatch/errors.ts";
import { judge } from "../../../src/dispatch/remote-events/judge.ts";
import { pastOf } from "../../../src/dispatch/remote-events/past-of.ts";
import type { Journal } from "../../../src/journal/journal.ts";
import { openJournal } from "../../../src/journal/open.ts";
import type { Delivery, Stream, Subscriber } from "../../../src/pubsub/delivery.ts";
import { type ClusterEvents, clusterEvents } from "../../../src/pubsub/remote/cluster-events.ts";
import { type SelectionParameters, selectionOf } from "../../../src/pubsub/select.ts";
import type { LiveSignal } from "../../../src/signals/live.ts";
import { originsOf } from "../../../src/signals/origins.ts";
import type { Reply } from "../../../src/signals/reply.ts";
import { replyRoutes } from "../../../src/signals/reply-routes.ts";
import type { Command, CommandAction, DittoHeaders } from "../../../src/signals/signal.ts";
import { type TestCluster, type TestMember, testCluster } from "../../support/cluster.ts";
import { type World, worldOn } from "../../support/dispatch.ts";
import { startPostgres } from "../../support/postgres.ts";

export interface Listener {
  readonly got: Delivery[];
  /** Of events: their revisions, in the order in which they came. */
  revisions(id?: string): readonly number[];
  readonly end: () => void;
}

export interface Wish extends SelectionParameters {
  readonly stream?: Stream;
  readonly declaredAcks?: ReadonlySet<string>;
  readonly scope?: "owner";
  readonly share?: (thingId: string) => boolean;
  readonly session?: object;
}

export interface Node extends TestMember {
  readonly events: ClusterEvents;
  readonly replies: Replies;
  readonly world: World;
  readonly faults: unknown[];
  /** Resolves once all members know of it. */
  listen(subjects: readonly string[], wish?: Wish): Promise<Listener>;
}

export interface ClusterWorld extends AsyncDisposable {
  readonly cluster: TestCluster;
  readonly nodes: readonly Node[];
  /** The node that owns an entity, by the view of the first one that is still there. */
  ownerOf(id: string): Node;
  /** Runs a command of a session of `at` at the owner. */
  ask(
    at: Node,
    action: CommandAction,
    id: string,
    path: string,
    value?: JsonValue,
    how?: How,
  ): Promise<Reply>;
  /** Publishes a live signal of a session of `at` at the owner. */
  say(at: Node, signal: LiveSignal, session?: object): Promise<void>;
  /** Makes a thing with a policy of its own ID; by subject what is granted. */
  thing(id: string, granted: Granted, more?: JsonObject): Promise<void>;
}

interface How {
  readonly kind?: "thing" | "policy";
  readonly headers?: DittoHeaders;
  readonly session?: object;
}

export interface Granted {
  readonly [subject: string]: { readonly [resource: string]: readonly string[] };
}

const OWNER = "nginx:ditto";

export async function clusterWorld(count: number, leaseMs?: number): Promise<ClusterWorld> {
  const postgres = await startPostgres();
  const databaseUrl = await postgres.createDatabase(`remote_${randomUUID().slice(0, 8)}`);
  const journals: Journal[] = [];
  const cluster = await testCluster(1, leaseMs === undefined ? {} : { leaseMs });
  const nodes: Node[] = [];
  for (let at = 0; at < count; at++) {
    const journal = await openJournal({ databaseUrl, dataDir: "" });
    journals.push(journal);
    const member = at === 0 ? (cluster.members[0] as TestMember) : await cluster.prepare();
    nodes.push(nodeOf(member, journal));
    if (at > 0) await member.enter();
  }
  await cluster.settled();

  const world: ClusterWorld = {
    cluster,
    nodes,
    ownerOf(id) {
      const member = (nodes[0] as Node).cluster.ownerOf(id);
      return nodes.find((node) => node.cluster.self.id === member) as Node;
    },
    async ask(at, action, id, path, value, { kind = "thing", headers = {}, session } = {}) {
      const owner = world.ownerOf(id);
      const command: Command = {
        ...{ kind, id, action, path: readPath(path), headers, auth: { subjects: [OWNER] } },
        ...(value !== undefined && { value }),
      };
      return dispatcherOf(owner)(command, originAt(owner, at, session));
    },
    async say(at, signal, session) {
      const owner = world.ownerOf(signal.id);
      const held = await owner.world.things.load(signal.id);
      const state = held.committed;
      const enforcer = await judge(owner.world.parts, signal.id, {
        id: String(state?.value?.policyId),
        revision: 0,
      });
      if (enforcer) owner.events.pubsub.publishLive(signal, enforcer, state, originAt(owner, at, session));
    },
    async thing(id, granted, more = {}) {
      await world.ask(nodes[0] as Node, "modify", id, "/", policyOf(granted), { kind: "policy" });
      await world.ask(nodes[0] as Node, "modify", id, "/", { policyId: id, ...more });
    },
    async [Symbol.asyncDispose]() {
      for (const { events } of nodes) events.stop();
      await cluster[Symbol.asyncDispose]();
      await Promise.all(journals.map((journal) => journal.close()));
      await postgres[Symbol.asyncDispose]();
    },
  };
  return world;
}

export const policyOf = (granted: Granted): JsonObject => ({
  entries: {
    owner: entry(OWNER, {
      "thing:/": ["READ", "WRITE"],
      "policy:/": ["READ", "WRITE"],
      "message:/": ["READ", "WRITE"],
    }),
    ...Object.fromEntries(
      Object.entries(granted).map(([subject, given], at) => [`e${at}`, entry(subject, given)]),
    ),
  },
});

const entry = (subject: string, given: Granted[string]): JsonObject => ({
  subjects: { [subject]: { type: "t" } },
  resources: Object.fromEntries(
    Object.entries(given).map(([key, grant]) => [key, { grant: [...grant], revoke: [] }]),
  ),
});

const dispatchers = new WeakMap<Node, ReturnType<typeof dispatcher>>();
const origins = new WeakMap<Node, ReturnType<typeof originsOf>>();
const dispatcherOf = (node: Node) => dispatchers.get(node) as ReturnType<typeof dispatcher>;
const originsAt = (node: Node) => origins.get(node) as ReturnType<typeof originsOf>;

/** The cause as its owner knows it. */
const originAt = (owner: Node, at: Node, session: object | undefined): object | undefined =>
  owner === at ? session : originsAt(owner).read(originsAt(at).print(session), at.cluster.self.id);

function nodeOf(member: TestMember, journal: Journal): Node {
  const { cluster } = member;
  const world = worldOn(journal);
  const { things, policies, access } = world.parts;
  const faults: unknown[] = [];
  const routes = replyRoutes();
  const registry = repliesRegistry();
  const replies = clusteredReplies(cluster, registry, routes);
  const ownOrigins = originsOf(cluster.self.id);
  const events = clusterEvents({
    ...{ cluster, routes, origins: ownOrigins, options: {}, isExpected: registry.isExpected },
    weakAck: (id, correlationId, label) => replies.ack(id, correlationId, weakAck(label, correlationId)),
    policyRevision: (id) => policies.peek(id)?.committed?.revision,
    judge: (thingId, policy) => judge({ policies, access, journal }, thingId, policy),
    recent: (...asked) => journal.recent(...asked),
    between: (id, from, to) => journal.readEvents("thing", id, from, to, to - from + 1),
    pastOf: (id, rows) => pastOf(journal, things.rules, id, rows),
    unavailable: serviceUnavailable,
    onConflict: (label) => faults.push(`conflict of ${label}`),
    onFault: (error) => faults.push(error),
  });
  const node: Node = {
    ...member,
    ...{ events, replies, world, faults },
    async listen(subjects, { stream = "EVENTS", declaredAcks, scope, share, session, ...parameters } = {}) {
      const got: Delivery[] = [];
      const subscriber: Subscriber = {
        deliver(delivery) {
          if (!session || delivery.origin !== session) got.push(delivery);
        },
        ...(declaredAcks && { declaredAcks }),
      };
      const selection = selectionOf(parameters);
      const end = events.pubsub.subscribe({
        ...{ stream, subjects, selection, subscriber, share },
        ...(scope && { scope }),
      });
      await events.pubsub.known();
      return { got, end, revisions: (id) => revisionsOf(got, id) };
    },
  };
  origins.set(node, ownOrigins);
  dispatchers.set(node, dispatcher({ ...world.parts, publish: events.pubsub.publish }, world.turns));
  return node;
}

const revisionsOf = (got: readonly Delivery[], id: string | undefined): readonly number[] =>
  got.flatMap(({ signal }) =>
    "says" in signal || (id !== undefined && signal.id !== id) ? [] : [signal.revision],
  );

/** What a session acknowledges that is told of something. */
export const ackOf = (label: string, correlationId: string): Ack => ({
  label,
  status: 200,
  headers: { "correlation-id": correlationId },
});
