// What policies must have, and what they get.

import { namespacePolicies } from "../namespace-policies.ts";
import { granularity } from "../policy-announcements.ts";
import { setting } from "../setting.ts";
import { flag } from "../setting-kinds.ts";

export const policySettings = {
  policyLockoutPrevention: setting(
    "DITTO_DEVOPS_FEATURE_POLICY_LOCKOUT_PREVENTION_ENABLED",
    flag,
    "true",
    "Whether a policy that imports nothing must name a subject with WRITE on policy:/ that does not expire.",
    "ditto.devops.feature.policy-lockout-prevention-enabled",
  ),
  namespacePolicies: setting(
    "NAMESPACE_POLICIES",
    namespacePolicies,
    "{}",
    "Root policies of namespaces, whose implicit entries count in every policy of the namespace: JSON of the form of " +
      'Ditto\'s namespace-policies, as {"org.example":["org.example:root"],"org.example.*":["org.example:root"]}; * is ' +
      "every namespace.",
    "ditto.namespace-policies",
  ),
  partialEvents: setting(
    "THING_EVENT_PARTIAL_ACCESS_EVENTS_ENABLED",
    flag,
    "true",
    "Whether subjects that may read only parts of a thing are told of what happens to these.",
    "ditto.things.thing.event.partial-access-events.enabled",
  ),
  subjectExpiryGranularity: setting(
    "POLICY_SUBJECT_EXPIRY_GRANULARITY",
    granularity,
    "1h",
    "To what the expiry of a subject of a policy is rounded up.",
    "ditto.policies.policy.subject-expiry-granularity",
  ),
} as const;
