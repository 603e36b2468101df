// What the doors speak to: things and policies on top of a journal, with all that happens around them.

import type { Logger } from "pino";
import type { WhenIndexed } from "./dispatch/acks/outcome.ts";
import { expiry } from "./dispatch/announcements/expire.ts";
import { policyAnnouncements } from "./dispatch/announcements/policy-announcements.ts";
import { compileCreationRules } from "./dispatch/creation/creation-rules.ts";
import { type Dispatch, dispatcher } from "./dispatch/dispatcher.ts";
import { Entities } from "./dispatch/entities.ts";
import { startRetention } from "./dispatch/history/retention.ts";
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
import { localPubsub, type Pubsub } from "./pubsub/pubsub.ts";
import { openIndex, type Searches, startSearches } from "./searches.ts";
import type { IncomingAck } from "./signals/incoming-ack.ts";

/** All that can be asked of twins. */
export interface Twins extends Pick<Parts, "things" | "policies" | "access"> {
  readonly dispatch: Dispatch;
  readonly act: ActOnPolicy;
  readonly list: ThingList;
  readonly pubsub: Pubsub;
  readonly announcements: AnnouncementBus;
  readonly onAck: (ack: IncomingAck) => void;
  readonly searches: Searches;
  /** Tells when what was committed can be found. */
  readonly whenIndexed: WhenIndexed;
  /** Ends what goes on by itself; the journal can be closed then. */
  stop(): Promise<void>;
}

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
  const pubsub = localPubsub();
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
    rules: { thing: things.rules, policy: policies.rules },
    settings: config,
    log,
  });
  return {
    things,
    policies,
    access,
    dispatch,
    act: policyActions(parts, config.tokenIntegrationSubject, limits),
    list,
    pubsub,
    announcements,
    onAck: watch.onAck,
    searches,
    whenIndexed: index.indexer.thingChanged,
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
