// What the doors speak to: things and policies on top of a journal, with all that happens around them.

import type { Logger } from "pino";
import { clientAck, weakAck } from "./dispatch/acks/ack.ts";
import { Deadlines } from "./dispatch/acks/deadlines.ts";
import type { Waiting } from "./dispatch/acks/outcome.ts";
import { repliesRegistry } from "./dispatch/acks/replies-registry.ts";
import { WaitingRoom } from "./dispatch/acks/waiting-room.ts";
import { expiry } from "./dispatch/announcements/expire.ts";
import { policyAnnouncements } from "./dispatch/announcements/policy-announcements.ts";
import { compileCreationRules } from "./dispatch/creation/creation-rules.ts";
import { type Dispatch, dispatcher } from "./dispatch/dispatcher.ts";
import { documentReplay } from "./dispatch/documents/apply-document.ts";
import { Entities } from "./dispatch/entities.ts";
import { openPast } from "./dispatch/history/open-past.ts";
import type { OpenPast } from "./dispatch/history/past-events.ts";
import { type PastStates, pastStates } from "./dispatch/history/past-states.ts";
import { startRetention } from "./dispatch/history/retention.ts";
import type { Live } from "./dispatch/live/live.ts";
import { liveDispatch } from "./dispatch/live/live-dispatch.ts";
import { PolicyAccess } from "./dispatch/policy-access.ts";
import { type ActOnPolicy, policyActions } from "./dispatch/policy-actions.ts";
import { type PolicySettings, policyLimits, policyRules } from "./dispatch/policy-rules.ts";
import type { Parts } from "./dispatch/ready.ts";
import { Snapshots } from "./dispatch/snapshots.ts";
import { type ThingList, thingList } from "./dispatch/thing-list.ts";
import { thingRules } from "./dispatch/thing-rules.ts";
import { Turns } from "./dispatch/turns.ts";
import type { Journal } from "./journal/journal.ts";
import type { Storage } from "./journal/open.ts";
import type { Config } from "./ops/config.ts";
import type { Metrics } from "./ops/metrics.ts";
import { rootsFinder } from "./policies/namespace-roots.ts";
import { type AnnouncementBus, localAnnouncements } from "./pubsub/announcements.ts";
import { type DeclaredAcks, localDeclaredAcks } from "./pubsub/declared-acks.ts";
import { preDefinedFields } from "./pubsub/pre-defined.ts";
import { localPubsub, type Pubsub } from "./pubsub/pubsub.ts";
import { openIndex, type Searches, startSearches } from "./searches.ts";
import type { IncomingAck } from "./signals/incoming-ack.ts";

/** All that can be asked of twins. */
export interface Twins extends Pick<Parts, "things" | "policies" | "access"> {
  readonly dispatch: Dispatch;
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
  /** Ends what goes on by itself; the journal can be closed then. */
  stop(): Promise<void>;
}

/** How much may wait for answers and acknowledgements at once, in all and of one subject. */
const WAITING = { commands: 10_000, characters: 16_777_216 };
const WAITING_EACH = { commands: 2_500, characters: 4_194_304 };

/**
 * Puts them together and starts what goes on by itself: expiring subjects, snapshots, the clean-up of history, the index of
 * search.
 */
export function startTwins(
  config: Config,
  { journal, database }: Storage,
  metrics: Metrics,
  log: Logger,
): Twins {
  const preDefined = preDefinedFields(config);
  const rootsOf = rootsFinder(config.namespacePolicies);
  const policySettings: PolicySettings = {
    maxImports: config.maxPolicyImports,
    expiryGranularity: config.subjectExpiryGranularity,
    announcementGranularity: config.announcementGranularity,
    lockoutPrevention: config.policyLockoutPrevention,
    rootsOf,
  };
  const things = new Entities(
    thingRules(config.maxThingBytes, config.removeEmptyObjects),
    journal,
    config.cacheSize,
  );
  const policies: Entities = new Entities(
    policyRules(config.maxPolicyBytes, (id) => policies.peek(id)?.committed?.value, policySettings),
    journal,
    config.cacheSize,
  );
  const access = new PolicyAccess(policies, {
    rootsOf,
    onMissingRoot: (root) => log.error({ root }, "a root policy of a namespace does not exist"),
    capacity: config.cacheSize / 2,
  });
  const snapshots = openSnapshots(journal, log);
  const waiting: Waiting = {
    deadlines: new Deadlines(),
    room: new WaitingRoom(WAITING, WAITING_EACH),
    replies: repliesRegistry(),
    refusalMs: config.fireAndForgetTimeout,
    whenIndexed: (...asked) => index.indexer.thingChanged(...asked),
  };
  const declaredAcks = localDeclaredAcks();
  const pubsub = localPubsub(
    {
      isDeclared: declaredAcks.isDeclared,
      weakAck: (id, correlationId, label) =>
        waiting.replies.ack(id, correlationId, weakAck(label, correlationId)),
    },
    { partialEvents: config.partialEvents, preDefined },
  );
  const announcements = localAnnouncements();
  const turns = new Turns();
  const watch = policyAnnouncements({
    settings: config,
    journal,
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
    publish: pubsub.publish,
  };
  const index = openIndex(config, database, parts, log);
  const expire = expiry(parts, turns);
  watch.start();
  const dispatch = dispatcher(parts, turns);
  const list = thingList(dispatch, journal);
  const searches = startSearches(config, index, list, metrics, log);
  const limits = () => policyLimits(config.maxPolicyBytes, policySettings);
  const stopRetention = startRetention({
    journal,
    rules: {
      thing: things.rules,
      policy: policies.rules,
      connection: documentReplay("connection"),
      predictor: documentReplay("predictor"),
    },
    settings: config,
    log,
  });
  return {
    things,
    policies,
    access,
    dispatch,
    live: liveDispatch({ ...parts, waiting, dispatch, publishLive: pubsub.publishLive }, turns),
    openPast: openPast(parts),
    pastStates: pastStates(parts),
    act: policyActions(parts, config.tokenIntegrationSubject, limits),
    list,
    pubsub,
    announcements,
    declaredAcks,
    onAck: (ack) => {
      if (ack.kind === "policy") watch.onAck(ack);
      else waiting.replies.ack(ack.id, ack.correlationId, clientAck(ack), ack.characters);
    },
    searches,
    waiting,
    async stop() {
      watch.stop();
      // What is committed later than the index ends would be missing in it, and nobody would know.
      await journal.finish();
      await searches.stop();
      snapshots.thing.close();
      snapshots.policy.close();
      await stopRetention();
    },
  };
}

function openSnapshots(journal: Journal, log: Logger): Parts["snapshots"] {
  const onError = (error: unknown) =>
    log.warn({ err: error }, "snapshots could not be written; trying again");
  return {
    thing: new Snapshots(journal, "thing", onError),
    policy: new Snapshots(journal, "policy", onError),
  };
}
