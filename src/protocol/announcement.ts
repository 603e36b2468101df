// Announcements of policies (protocol-specification-policies page).

import type { JsonObject } from "../base/json/json.ts";
import type { DittoHeaders } from "../signals/signal.ts";
import { printTopic } from "./topic.ts";

/** What is printed of an announcement. */
export interface Announced {
  readonly policyId: string;
  readonly name: string;
  readonly value: JsonObject;
  readonly headers: DittoHeaders;
}

/** Prints an announcement with the headers it has; without requested acknowledgements it says that there are none. */
export function printAnnouncement({ policyId, name, value, headers }: Announced): string {
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
