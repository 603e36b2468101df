// Alerts → those whom the predictor's policy lets read them.

import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import type { PolicyAnnouncement } from "../../signals/policy-announcement.ts";
import type { PredictorAlert } from "./predictor-monitor.ts";
import { rounded } from "./statistics/rounded.ts";

export interface AnnouncerParts {
  /** The subjects with READ on `predictor:/alerts` of a policy; none where there is no such policy. */
  readonly readersOf: (policyId: string) => Promise<ReadonlySet<string>>;
  readonly publish: (announcement: PolicyAnnouncement) => void;
  readonly log: Pick<Logger, "warn">;
}

/** Announcements that wait for their policy; of more, alerts are only logged. */
const MOST_WAITING = 1_000;

/** Gives what announces an alert in the name of its predictor's policy; a predictor without one has nobody to tell. It never throws. */
export function alertAnnouncer({ readersOf, publish, log }: AnnouncerParts): (alert: PredictorAlert) => void {
  let waiting = 0;

  async function announce(policyId: string, alert: PredictorAlert): Promise<void> {
    const subjects = [...(await readersOf(policyId))];
    if (subjects.length > 0) publish(predictorAlert(policyId, alert, subjects));
  }

  return (alert) => {
    const { policyId, predictorId } = alert;
    if (policyId === undefined || waiting >= MOST_WAITING) return;
    waiting++;
    announce(policyId, alert)
      .catch((err: unknown) => log.warn({ err, predictor: predictorId }, "An alert could not be announced."))
      .finally(() => {
        waiting--;
      });
  };
}

/** The announcement of an alert. */
export function predictorAlert(
  policyId: string,
  { predictorId, version, alert, state, value, column, timestamp }: PredictorAlert,
  subjects: readonly string[],
): PolicyAnnouncement {
  return {
    policyId,
    name: "predictorAlert",
    value: {
      predictor: predictorId,
      version,
      alert: {
        on: alert.on,
        above: alert.above,
        value: rounded(value),
        state,
        ...(column !== undefined && { column }),
      },
      timestamp: new Date(timestamp).toISOString(),
    },
    subjects,
    headers: { "correlation-id": randomUUID() },
  };
}
