// Several members of a cluster in one process, with a nats-server and a PostgreSQL between them: each has its own journal, entities,
// dispatcher and live channel, put together as a server does.

import { randomUUID } from "node:crypto";
import type { JsonValue } from "../../../src/base/json/json.ts";
import { readPath } from "../../../src/base/json/pointer.ts";
import { Deadlines } from "../../../src/dispatch/acks/deadlines.ts";
import type { Waiting } from "../../../src/dispatch/acks/outcome.ts";
import { repliesRegistry } from "../../../src/dispatch/acks/replies-registry.ts";
import { WaitingRoom } from "../../../src/dispatch/acks/waiting-room.ts";
import { compileCreationRules } from "../../../src/dispatch/creation/creation-rules.ts";
import { type Dispatch, dispatcher } from "../../../src/dispatch/dispatcher.ts";
import { Entities, type Untold } from "../../../src/dispatch/entities.ts";
import { forwardedActions, forwardedDispatch } from "../../../src/dispatch/forwarding/commands.ts";
import { Custody } from "../../../src/dispatch/forwarding/custody.ts";
import { liveOwners } from "../../../src/dispatch/forwarding/live-owners.ts";
import { Owners } from "../../../src/dispatch/forwarding/owners.ts";
import type { Live } from "../../../src/dispatch/live/live.ts";
import { liveDispatch } from "../../../src/dispatch/live/live-dispatch.ts";
import { PolicyAccess } from "../../../src/dispatch/policy-access.ts";
import { type ActOnPolicy, policyActions } from "../../../src/dispatch/policy-actions.ts";
import { policyLimits, policyRules } from "../../../src/dispatch/policy-rules.ts";
import type { Parts } from "../../../src/dispatch/ready.ts";
import { Snapshots } from "../../../src/dispatch/snapshots.ts";
import { tellingOfRows } from "../../../src/dispatch/tell-of-rows.ts";
import { thingRules } from "../../../src/dispatch/thing-rules.ts";
import { Turns } from "../../../src/dispatch/turns.ts";
import { unconfirmed } from "../../../src/dispatch/unconfirmed.ts";
import type { Journal } from "../../../src/journal/journal.ts";
import { openJournal } from "../../../src/journal/open.ts";
import { entityCreation } from "../../../src/ops/entity-creation.ts";
import { tokenIntegrationSubject } from "../../../src/ops/token-integration.ts";
import type { LiveSignal } from "../../../src/signals/live.ts";
import { originsOf } from "../../../src/signals/origins.ts";
import type { Reply } from "../../../src/signals/reply.ts";
import type {
  AuthContext,
  Command,
  CommandAction,
  EntityEvent,
  EntityKind,
} from "../../../src/signals/signal.ts";
import {
  type TestCluster,
  type TestClusterOptions,
  type TestMember,
  testCluster,
} from "../../support/cluster.ts";
import { ditto } from "../../support/dispatch.ts";
import { startPostgres, type TestPostgres } from "../../support/postgres.ts";

const MAX_SIZE = 102_400;

export interface Said {
  readonly signal: LiveSignal;
  readonly origin: object | undefined;
}

/** A member with all that this folder is about. */
export interface ServingMember extends TestMember {
  readonly id: string;
  readonly parts: Parts;
  readonly journal: Journal;
  readonly dispatch: Dispatch;
  readonly dispatchHere: Dispatch;
  readonly act: ActOnPolicy;
  readonly live: Live;
  readonly waiting: Waiting;
  /** What it published as an owner. */
  readonly events: EntityEvent[];
  readonly signals: Said[];
  /** Told of the changes of policies of others. */
  readonly policiesTold: string[];
  readonly faults: unknown[];
  /** Sends a command; gives the reply, or the status and code of the refusal. */
  ask(action: CommandAction, id: string, path: string, value?: JsonValue, how?: How): Promise<Reply | string>;
  put(id: string, path: string, value: JsonValue, how?: How): Promise<Reply | string>;
  get(id: string, path?: string, how?: How): Promise<Reply | string>;
}

interface How {
  readonly kind?: EntityKind;
  readonly headers?: Command["headers"];
  readonly auth?: AuthContext;
  readonly origin?: object;
}

export interface Members extends AsyncDisposable {
  readonly cluster: TestCluster;
  readonly members: readonly ServingMember[];
  /** Another one, which serves when it resolves. */
  join(): Promise<ServingMember>;
}

interface MembersOptions extends TestClusterOptions {
  /** As of {@link Owners}. */
  readonly timeMs?: number;
}

/** Starts so many on an empty database of this server. */
export async function startMembers(
  postgres: TestPostgres,
  count: number,
  options: MembersOptions = {},
): Promise<Members> {
  const databaseUrl = await postgres.createDatabase(`forwarding_${randomUUID().replaceAll("-", "")}`);
  const cluster = await testCluster(1, options);
  const founder = cluster.members[0]!;
  const members: ServingMember[] = [];
  async function join(): Promise<ServingMember> {
    const journal = await openJournal({ databaseUrl, dataDir: "" });
    const joining = await cluster.prepare();
    const member = serving(joining, journal, options.timeMs);
    members.push(member);
    await joining.enter();
    return member;
  }
  for (let i = 0; i < count; i++) await join();
  await founder.cluster.leave(); // which serves nothing
  await cluster.settled(members);
  return {
    cluster,
    members,
    join,
    async [Symbol.asyncDispose]() {
      await cluster[Symbol.asyncDispose]();
      await Promise.all(members.map(({ journal }) => journal.close()));
    },
  };
}

export const startDatabase = startPostgres;

function serving(member: TestMember, journal: Journal, timeMs = 15_000): ServingMember {
  const { cluster } = member;
  const policiesTold: string[] = [];
  const faults: unknown[] = [];
  const custody = new Custody(cluster, {
    onPolicy: (id, revision) => policiesTold.push(`${id} ${revision}`),
  });
  const untold: Untold = (...asked) => doubts.told(...asked);
  const things = new Entities(thingRules(MAX_SIZE, false), journal, 10_000_000, {
    tenure: custody.things,
    untold,
  });
  const policies: Entities = new Entities(
    policyRules(MAX_SIZE, (id) => policies.peek(id)?.committed?.value),
    journal,
    10_000_000,
    { tenure: custody.policies, untold },
  );
  const doubts = unconfirmed({
    ...{ journal, cluster },
    entities: (kind) => (kind === "thing" ? things : policies),
    tell: (...asked) => tellingOfRows(parts)(...asked),
    onFault: (error) => faults.push(error),
  });
  const origins = originsOf(cluster.self.id);
  const turns = new Turns();
  const owners = new Owners({ cluster, turns, onFault: (error) => faults.push(error), timeMs });
  const events: EntityEvent[] = [];
  const signals: Said[] = [];
  const snapshots = (kind: EntityKind) => new Snapshots(journal, kind, () => undefined);
  const parts: Parts = {
    things,
    policies,
    access: new PolicyAccess(policies),
    snapshots: { thing: snapshots("thing"), policy: snapshots("policy") },
    journal,
    creation: compileCreationRules(entityCreation.parse("{}")),
    historicalHeaders: { thing: [], policy: [] },
    unconfirmed: doubts.note,
    confirmed: doubts.confirmed,
    publish: (event) => events.push(event),
    spread: custody.spread,
    atOwner: (command, origin) => dispatch(command, origin),
  };
  const { dispatch, dispatchHere } = forwardedDispatch(owners, origins, parts, dispatcher(parts, turns));
  const subject = tokenIntegrationSubject.parse("it:{{ jwt:sub }}");
  const here = policyActions(parts, subject, () => policyLimits(MAX_SIZE, {}));
  const room = { commands: 100, characters: 100_000 };
  const waiting: Waiting = {
    deadlines: new Deadlines(),
    room: new WaitingRoom(room, room),
    replies: repliesRegistry(),
    refusalMs: 3000,
    whenIndexed: (_id, _revision, told) => told(),
  };
  const liveParts = {
    ...parts,
    waiting,
    dispatch,
    publishLive: (signal: LiveSignal, _enforcer: unknown, _state: unknown, origin: object | undefined) => {
      signals.push({ signal, origin });
    },
  };
  custody.keep(parts, turns, doubts.release);
  const live = liveDispatch({ ...liveParts, owners: liveOwners(owners, origins, liveParts, turns) }, turns);
  async function ask(
    action: CommandAction,
    id: string,
    path: string,
    value?: JsonValue,
    { kind = "thing", headers = {}, auth = ditto, origin }: How = {},
  ): Promise<Reply | string> {
    const command: Command = { kind, id, action, path: readPath(path), headers, auth };
    try {
      return await dispatch(value === undefined ? command : { ...command, value }, origin);
    } catch (error) {
      const { status, code } = error as { readonly status?: number; readonly code?: string };
      if (code === undefined) throw error;
      return `${status} ${code}`;
    }
  }
  return {
    ...member,
    id: cluster.self.id,
    parts,
    journal,
    dispatch,
    dispatchHere,
    act: forwardedActions(owners, origins, parts, here),
    live,
    waiting,
    events,
    signals,
    policiesTold,
    faults,
    ask,
    put: (id, path, value, how) => ask("modify", id, path, value, how),
    get: (id, path = "/", how) => ask("retrieve", id, path, undefined, how),
  };
}
