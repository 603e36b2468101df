// What is said of the end of a subject (basic-signals-announcement page).

import { randomUUID } from "node:crypto";
import type { JsonObject } from "../../base/json/json.ts";
import type { WatchedSubject } from "../../policies/expiry.ts";
import type { DittoHeaders } from "../../signals/signal.ts";

export interface SubjectDeletion {
  readonly policyId: string;
  readonly name: "subjectDeletion";
  readonly value: JsonObject;
  /** Who is told. */
  readonly subjects: readonly string[];
  readonly headers: DittoHeaders & { readonly "correlation-id": string };
}

/** Delivers an announcement to whoever it concerns; must not throw. */
export type Publish = (announcement: SubjectDeletion) => void;

/** Announces that a subject will expire, or that it was deleted (milliseconds since the epoch). */
export function subjectDeletion(
  policyId: string,
  { id, expiryText, announcement }: WatchedSubject,
  deletedAt: number | undefined,
): SubjectDeletion {
  const deleteAt =
    deletedAt === undefined ? expiryText : new Date(deletedAt).toISOString().replace(".000Z", "Z");
  return {
    policyId,
    name: "subjectDeletion",
    value: { deleteAt: deleteAt as string, subjectIds: [id] },
    subjects: [id],
    headers: {
      "correlation-id": randomUUID(),
      "requested-acks": announcement?.labels ?? [],
      ...(announcement?.timeoutText !== undefined && { timeout: announcement.timeoutText }),
    },
  };
}
