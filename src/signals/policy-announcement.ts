import type { JsonObject } from "../base/json/json.ts";
import type { DittoHeaders } from "./signal.ts";

/** What is said of a subject of a policy that will expire or was deleted (basic-signals-announcement page). */
export interface PolicyAnnouncement {
  readonly policyId: string;
  readonly name: "subjectDeletion";
  readonly value: JsonObject;
  /** Who is told. */
  readonly subjects: readonly string[];
  /** `requested-acks`, `timeout` and what else is told. */
  readonly headers: DittoHeaders & { readonly "correlation-id": string };
}
