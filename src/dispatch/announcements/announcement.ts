// What is said of the end of a subject (basic-signals-announcement page).

import { randomUUID } from "node:crypto";
import type { WatchedSubject } from "../../policies/watched-subjects.ts";
import type { PolicyAnnouncement } from "../../signals/policy-announcement.ts";

/** Delivers an announcement to whoever it concerns; must not throw. */
export type Publish = (announcement: PolicyAnnouncement) => void;

/** Announces that a subject will expire, or that it was deleted (milliseconds since the epoch). */
export function subjectDeletion(
  policyId: string,
  { id, expiryText, announcement }: WatchedSubject,
  deletedAt: number | undefined,
): PolicyAnnouncement {
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
