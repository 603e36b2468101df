// The deletion of an expired subject, by the server itself: no client can send this.

import type { JsonObject } from "../../base/json/json.ts";
import { removeAt } from "../../base/json/pointer.ts";
import { entriesWith, type WatchedSubject } from "../../policies/watched-subjects.ts";
import type { Change } from "../../signals/signal.ts";
import type { Entities } from "../entities.ts";
import { decided, type Recorder, record } from "../record.ts";
import type { Turns } from "../turns.ts";

/**
 * Deletes a subject from all entries that hold it as it is, in one event; resolves with whether there was one, once it
 * is committed. It is judged by nobody: no rights, no conditions, and a policy that has no administrator without the
 * subject had none with it either.
 * @throws JournalUnavailable or RevisionTaken: nothing is known to have happened. DataRefused: nothing has. TwinError when
 * too much waits.
 */
export type Expire = (policyId: string, subject: WatchedSubject) => Promise<boolean>;

export interface ExpireParts extends Recorder {
  readonly policies: Entities;
}

/** `turns` are those of the dispatcher: the deletion takes its turn among the commands on the policy. */
export function expiry(parts: ExpireParts, turns: Turns): Expire {
  return async (policyId, subject) => {
    const { deleted } = await turns.take(policyId, async () => {
      const held = await parts.policies.load(policyId);
      const change = held.head?.value && deletion(held.head.value, subject);
      return {
        deleted: change && record(parts, [decided(parts.policies, held, change)], bySelf, nobody, undefined),
      };
    });
    await deleted;
    return deleted !== undefined;
  };
}

/** Ditto's command has this header, and no subject that sent it. */
const bySelf = { headers: { "response-required": false }, auth: { subjects: [] } };
const nobody = () => undefined;

function deletion(policy: JsonObject, subject: WatchedSubject): Change | undefined {
  const labels = entriesWith(policy, subject);
  const [label] = labels;
  if (label === undefined) return undefined;
  if (labels.length === 1)
    return { action: "deleted", path: ["entries", label, "subjects", ...subject.id.split("/")] };
  const entries = labels.reduce(
    (left, one) => removeAt(left, [one, "subjects", subject.id]),
    policy.entries as JsonObject,
  );
  return { action: "modified", path: ["entries"], value: entries };
}
