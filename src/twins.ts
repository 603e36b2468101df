// What the doors speak to: things and policies on top of a journal, with all that happens around them.

import { getHeapStatistics } from "node:v8";
import type { Logger } from "pino";
import { carryingOut } from "./carrying-out.ts";
import type { Cluster } from "./cluster/cluster.ts";
import { clientAck } from "./dispatch/acks/ack.ts";
import { Deadlines } from "./dispatch/acks/deadlines.ts";
import type { Waiting } from "./dispatch/acks/outcome.ts";
import { WaitingRoom } from "./dispatch/acks/waiting-room.ts";
import { expiry } from "./dispatch/announcements/expire.ts";
import { policyAnnouncements } from "./dispatch/announcements/policy-announcements.ts";
import { compileCreationRules } from "./dispatch/creation/creation-rules.ts";
import type { Dispatch } from "./dispatch/dispatcher.ts";
import { documentReplay } from "./dispatch/documents/apply-document.ts";
import { Entities } from "./dispatch/entities.ts";
import { Custody } from "./dispatch/forwarding/custody.ts";
import { type Cleaning, startCleaning } from "./dispatch/history/cleaning.ts";
import { openPast } from "./dispatch/history/open-past.ts";
import type { OpenPast } from "./dispatch/history/past-events.ts";
import { type PastStates, pastStates } from "./dispatch/history/past-states.ts";
import type { Live } from "./dispatch/live/live.ts";
import { blockable, blockableJournal, blockedDispatch } from "./dispatch/maintenance/guards.ts";
import { blockedNamespaces, type Maintenance, maintenance } from "./dispatch/maintenance/maintenance.ts";
import { PolicyAccess } from "./dispatch/policy-access.ts";
import { type ActOnPolicy, policyActions } from "./dispatch/policy-actions.ts";
import { type PolicySettings, policyLimits, policyRules } from "./dispatch/policy-rules.ts";
import type { Parts } from "./dispatch/ready.ts";
import { Snapshots } from "./dispatch/snapshots.ts";
import { tellingOfRows } from "./dispatch/tell-of-rows.ts";
import { type ThingList, thingList } from "./dispatch/thing-list.ts";
import { thingRules } from "./dispatch/thing-rules.ts";
import { Turns } from "./dispatch/turns.ts";
import { unconfirmed } from "./dispatch/unconfirmed.ts";
import type { Journal } from "./journal/journal.ts";
import type { Storage } from "./journal/open.ts";
import { cacheShare } from "./ops/cache-share.ts";
import type { Config } from "./ops/config.ts";
import type { Metrics } from "./ops/metrics.ts";
import type { Spans } from "./ops/tracing/spans.ts";
import { tracedPublish } from "./ops/tracing/traced.ts";
import { rootsFinder } from "./policies/namespace-roots.ts";
import type { AnnouncementBus } from "./pubsub/announcements.ts";
import type { DeclaredAcks } from "./pubsub/declared-acks.ts";
import { preDefinedFields } from "./pubsub/pre-defined.ts";
import type { Pubsub } from "./pubsub/pubsub.ts";
import { clusteredAnnouncementAcks } from "./pubsub/remote/clustered-announcements.ts";
import { openIndex, type Searches, startSearches } from "./searches.ts";
import type { IncomingAck } from "./signals/incoming-ack.ts";
import { originsOf } from "./signals/origins.ts";
import { startTelling } from "./telling.ts";

/** All that can be asked of twins. */
export interface Twins extends Pick<Parts, "things" | "policies" | "access"> {
  readonly dispatch: Dispatch;
  /** Carries a command out at this member only: rejects with 503 where another one owns the entity. */
  readonly dispatchHere: Dispatch;
  readonly act: ActOnPolicy;
  readonly list: ThingList;
  readonly live: Live;
  readonly openPast: OpenPast;
  readonly pastStates: PastStates;
  readonly pubsub: Pubsub;
  readonly announcements: AnnouncementBus;
  readonly declaredAcks: DeclaredAcks;
  readonly onAck: (ack: IncomingAck) => void;
  readonly searches: Searches;
  /** How callers are kept waiting. */
  readonly waiting: Waiting;
  readonly cleanup: Cleaning;
  readonly maintenance: Maintenance;
  /** To be called once the cluster is entered. */
  start(): void;
  /** Ends what goes on by itself; the journal can be closed then. */
  stop(): Promise<void>;
}

export interface TwinsParts {
  readonly storage: Storage;
  /** Which is not entered yet. */
  readonly cluster: Cluster;
  readonly metrics: Metrics;
  /** Absent where nothing is traced. */
  readonly spans: Spans | undefined;
  /** Told when a namespace is blocked: nothing of it is to be kept in memory. */
  readonly onBlocked: (namespace: string) => Promise<void> | void;
  readonly log: Logger;
}

/** How much may wait for answers and acknowledgements at once, in all and of one subject. */
const WAITING = { commands: 10_000, characters: 16_777_216 };
const WAITING_EACH = { commands: 2_500, characters: 4_194_304 };

/**
 * Puts them together and starts what goes on by itself: expiring subjects, snapshots, the clean-up of history, the index of
 * search.
 */
export async function startTwins(config: Config, given: TwinsParts): Promise<Twins> {
  const { cluster, metrics, spans, log } = given;
  const { database } = given.storage;
  const blocked = blockedNamespaces(database);
  await blocked.read();
  const journal = blockableJournal(given.storage.journal, blocked);
  const origins = originsOf(cluster.self.id);
  const rootsOf = rootsFinder(config.namespacePolicies);
  const policySettings: PolicySettings = {
    maxImports: config.maxPolicyImports,
    expiryGranularity: config.subjectExpiryGranularity,
    announcementGranularity: config.announcementGranularity,
    lockoutPrevention: config.policyLockoutPrevention,
    rootsOf,
  };
  const cacheSize = cacheShare(config.cacheSize, getHeapStatistics().heap_size_limit);
  if (cacheSize < config.cacheSize)
    log.info({ cacheSize }, "the heap of this process is too small for CACHE_SIZE: an eighth of it is used");
  const custody = cluster.isAlone ? undefined : new Custody(cluster, { roots: rootPoliciesOf(config) });
  const things = new Entities(
    thingRules(config.maxThingBytes, config.removeEmptyObjects),
    journal,
    cacheSize,
    { tenure: custody?.things, untold: (...asked) => doubts.told(...asked) },
  );
  const policies: Entities = new Entities(
    policyRules(config.maxPolicyBytes, (id) => policies.peek(id)?.committed?.value, policySettings),
    journal,
    cacheSize,
    { tenure: custody?.policies, untold: (...asked) => doubts.told(...asked) },
  );
  const doubts = unconfirmed({
    ...{ journal, cluster },
    entities: (kind) => (kind === "thing" ? things : policies),
    tell: (...asked) => tellOfRows(...asked),
    onFault: (error) => log.error({ err: error }, "what was committed unnoticed could not be told"),
  });
  const turns = new Turns();
  custody?.keep({ things, policies }, turns, doubts.release);
  const access = new PolicyAccess(policies, {
    rootsOf,
    onMissingRoot: (root) => log.error({ root }, "a root policy of a namespace does not exist"),
    capacity: cacheSize / 2,
  });
  const snapshots = openSnapshots(journal, log);
  const options = { partialEvents: config.partialEvents, preDefined: preDefinedFields(config) };
  const telling = startTelling({ cluster, origins, options, things, policies, access, journal, log });
  const { pubsub, announcements, declaredAcks } = telling;
  const watch = policyAnnouncements({
    settings: config,
    journal,
    cluster,
    policies,
    publish: announcements.publish,
    expire: (...asked) => expire(...asked),
    log,
  });
  const parts: Parts = {
    things,
    policies,
    access,
    creation: compileCreationRules(config.entityCreation),
    snapshots,
    journal,
    historicalHeaders: { thing: config.thingHeadersToKeep ?? [], policy: config.policyHeadersToKeep ?? [] },
    watch,
    index: {
      thingChanged: (...change) => index.indexer.thingChanged(...change),
      policyChanged: (...change) => index.indexer.policyChanged(...change),
    },
    unconfirmed: doubts.note,
    confirmed: doubts.confirmed,
    publish: spans ? tracedPublish(spans, pubsub.publish) : pubsub.publish,
    ...(custody && {
      spread: custody.spread,
      atOwner: (command, origin) => carried.dispatch(command, origin),
    }),
  };
  const index = openIndex(config, database, parts, log, cluster);
  const tellOfRows = tellingOfRows(parts);
  const expire = expiry(parts, turns);
  const waiting: Waiting = {
    deadlines: new Deadlines(),
    room: new WaitingRoom(WAITING, WAITING_EACH),
    replies: telling.replies,
    refusalMs: config.fireAndForgetTimeout,
    whenIndexed: (...asked) => carried.whenIndexed(...asked),
  };
  const limits = () => policyLimits(config.maxPolicyBytes, policySettings);
  const carried = carryingOut({
    ...{ cluster, origins, parts, turns, waiting, spans, log },
    // What passed a door before its namespace was blocked is refused by the owner.
    guard: (dispatch) => blockedDispatch(dispatch, blocked),
    publishLive: pubsub.publishLive,
    act: policyActions(parts, config.tokenIntegrationSubject, limits),
    whenIndexed: (...asked) => index.indexer.thingChanged(...asked),
  });
  watch.start();
  const entrances = blockable(
    { ...carried, openPast: openPast(parts), pastStates: pastStates(parts) },
    blocked,
  );
  const list = thingList(entrances.dispatch, journal);
  const searches = startSearches(config, index, list, metrics, log);
  const cleanup = startCleaning({
    journal,
    cluster,
    rules: {
      thing: things.rules,
      policy: policies.rules,
      connection: documentReplay("connection"),
      predictor: documentReplay("predictor"),
    },
    settings: config,
    log,
  });
  const upkeep = maintenance({
    ...{ database, cluster, blocked, things, policies, log },
    flushSnapshots: async () => void (await Promise.all([snapshots.thing.flush(), snapshots.policy.flush()])),
    reindex: (namespace) => index.indexer.rebuild({ namespace }),
    onBlocked(namespace) {
      telling.forgetNamespace(namespace);
      return given.onBlocked(namespace);
    },
  });
  const announcementAcks = clusteredAnnouncementAcks(cluster, watch.onAck);
  return {
    ...{ things, policies, access, list, pubsub, announcements, declaredAcks, searches, waiting },
    ...entrances,
    dispatchHere: carried.dispatchHere,
    onAck: (ack) => {
      if (ack.kind === "policy") announcementAcks(ack);
      else waiting.replies.ack(ack.id, ack.correlationId, clientAck(ack), ack.characters);
    },
    cleanup,
    maintenance: upkeep,
    start: () => upkeep.start(),
    async stop() {
      watch.stop();
      telling.stop();
      await upkeep.stop();
      // What is committed later than the index ends would be missing in it, and nobody would know.
      await journal.finish();
      await doubts.release(() => true);
      doubts.stop();
      await searches.stop();
      snapshots.thing.close();
      snapshots.policy.close();
      await cleanup.stop();
    },
  };
}

/** Policies that count in others though nobody names them. */
const rootPoliciesOf = ({ namespacePolicies }: Config): ReadonlySet<string> =>
  new Set(namespacePolicies.flatMap(({ policies }) => policies));

function openSnapshots(journal: Journal, log: Logger): Parts["snapshots"] {
  const onError = (error: unknown) =>
    log.warn({ err: error }, "snapshots could not be written; trying again");
  return {
    thing: new Snapshots(journal, "thing", onError),
    policy: new Snapshots(journal, "policy", onError),
  };
}
