// How often a subject may ask, by whichever door.

import { RateLimit } from "../../base/rate-limit.ts";
import { TooManyRequests } from "../../base/too-many-requests.ts";
import type { CheckRate } from "../../conversation/handling.ts";

export interface CommandRateSettings {
  /** How many commands of one subject are taken each second; 0: any number. */
  readonly subjectCommandsPerSecond: number;
  /** How many may come at once after a pause; 0: as many as in a second. */
  readonly subjectCommandsBurst: number;
}

/** Makes the check; `undefined` where there is no limit. It counts what it lets pass, by the first subject of who asks. */
export function commandRate(
  { subjectCommandsPerSecond: perSecond, subjectCommandsBurst: burst }: CommandRateSettings,
  onRefused: () => void,
): CheckRate | undefined {
  if (perSecond === 0) return undefined;
  const limit = new RateLimit({ perSecond, burst: burst === 0 ? perSecond : burst });
  return ({ subjects }) => {
    const ms = limit.take(subjects[0] ?? "");
    if (ms === 0) return;
    onRefused();
    throw new TooManyRequests(Math.ceil(ms / 1_000), {
      message: `More than ${perSecond} commands a second come from '${subjects[0]}'.`,
    });
  };
}
