// What the subjects of policies are told before they expire.

import { factor, granularity } from "../policy-announcements.ts";
import { setting } from "../setting.ts";
import { duration, flag, keeping } from "../setting-kinds.ts";

export const announcementSettings = {
  announcementGranularity: setting(
    "POLICY_SUBJECT_DELETION_ANNOUNCEMENT_GRANULARITY",
    granularity,
    "1m",
    "To what the time before an expiry is rounded up at which the expiry is announced.",
    "ditto.policies.policy.subject-deletion-announcement-granularity",
  ),
  announcementGracePeriod: setting(
    "POLICY_ANNOUNCEMENT_GRACE_PERIOD",
    keeping,
    "4h",
    "How long after its expiry a subject stays in its policy, without rights, and a deletion is announced again, while " +
      "the requested acknowledgements of the announcement are missing.",
    "ditto.policies.policy.announcement.grace-period",
  ),
  announcementMaxTimeout: setting(
    "POLICY_ANNOUNCEMENT_MAX_TIMEOUT",
    duration,
    "60s",
    "The longest that acknowledgements of an announcement are waited for before it is published again.",
    "ditto.policies.policy.announcement.max-timeout",
  ),
  announceWhenDeleted: setting(
    "POLICY_ENABLE_ANNOUNCEMENTS_WHEN_DELETED",
    flag,
    "true",
    "Whether the deletion of subjects is announced whose announcement asks for it (whenDeleted).",
    "ditto.policies.policy.announcement.enable-announcements-when-deleted",
  ),
  announcementRandomization: setting(
    "POLICY_ANNOUNCEMENT_DEFAULT_RANDOMIZATION_INTERVAL",
    keeping,
    "5m",
    "Announcements before an expiry come up to so much earlier, spread evenly, where a subject does not say " +
      "otherwise (randomizationInterval).",
    "ditto.policies.policy.announcement.default-randomization-interval",
  ),
  announcementBackoffMin: setting(
    "POLICY_ANNOUNCEMENT_BACKOFF_MIN",
    duration,
    "1s",
    "What the wait before an announcement is published again starts from.",
    "ditto.policies.policy.announcement.exponential-backoff.min",
  ),
  announcementBackoffMax: setting(
    "POLICY_ANNOUNCEMENT_BACKOFF_MAX",
    duration,
    "1h",
    "The longest wait before an announcement is published again.",
    "ditto.policies.policy.announcement.exponential-backoff.max",
  ),
  announcementBackoffRandomFactor: setting(
    "POLICY_ANNOUNCEMENT_BACKOFF_RANDOM_FACTOR",
    factor,
    "1.0",
    "Each such wait is the one before times 1.5 to 1.5 + half of this, by chance.",
    "ditto.policies.policy.announcement.exponential-backoff.random-factor",
  ),
} as const;
