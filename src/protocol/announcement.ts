// Announcements of policies (protocol-specification-policies page).

import type { PolicyAnnouncement } from "../signals/policy-announcement.ts";
import { printTopic } from "./topic.ts";

/** Prints an announcement with the headers it has; without requested acknowledgements it says that there are none. */
export function printAnnouncement({ policyId, name, value, headers }: PolicyAnnouncement): string {
  return JSON.stringify({
    topic: printTopic("policy", policyId, "announcements", name),
    headers: {
      ...headers,
      "requested-acks": headers["requested-acks"] ?? [],
      "content-type": "application/json",
    },
    path: "/",
    value,
  });
}
