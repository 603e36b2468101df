import type { JsonObject } from "../base/json/json.ts";
import type { DittoHeaders } from "./signal.ts";

/**
 * What is said in the name of a policy: of a subject that will expire or was deleted (basic-signals-announcement page), or, which
 * Ditto does not know, of a predictor that the policy governs.
 */
export interface PolicyAnnouncement {
  readonly policyId: string;
  readonly name: "subjectDeletion" | "predictorAlert";
  readonly value: JsonObject;
  /** Who is told. */
  readonly subjects: readonly string[];
  /** `requested-acks`, `timeout` and what else is told. */
  readonly headers: DittoHeaders & { readonly "correlation-id": string };
}
