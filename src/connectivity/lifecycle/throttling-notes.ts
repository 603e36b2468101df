import type { Monitor } from "../monitoring/monitor.ts";

const MINUTE_MS = 60_000;

/** Notes that an address of a source is throttled, once in each minute, as Ditto does. */
export function throttlingNotes(monitor: Monitor): (sourceAddress: string) => void {
  const minutes = new Map<string, number>();
  return (sourceAddress) => {
    const minute = Math.floor(Date.now() / MINUTE_MS);
    if (minutes.get(sourceAddress) === minute) return;
    minutes.set(sourceAddress, minute);
    monitor
      .source(sourceAddress, "throttled")
      .failure(
        undefined,
        () => `More messages come from '${sourceAddress}' than throttling allows; they wait.`,
      );
  };
}
