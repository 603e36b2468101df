// Since when events may have gone past a member whose lease ran out.

/** How often this member looks whether it still counts, in milliseconds. */
export const LOOK_MS = 250;
/** So long it may take from a lapse of the lease until it is told that it holds again, while it holds. */
const LAPSE_STANDS_MS = 30_000;

export interface HeldUntil {
  /** To be called every {@link LOOK_MS}. */
  look(): void;
  /** The last time of which it is certain, and forgets the lapse. */
  lapsed(): number;
}

/** When the lease held for the last time before it ran out, by the monotonic clock. A process that stands still does not look either. */
export function heldUntil(holds: () => boolean, now: () => number = () => performance.now()): HeldUntil {
  let last = now();
  let lapsed: number | undefined;

  function look(): void {
    const time = now();
    const isLapse = !holds() || time - last > 2 * LOOK_MS;
    if (isLapse) lapsed ??= last;
    else if (lapsed !== undefined && time - lapsed > LAPSE_STANDS_MS) lapsed = undefined; // it was only busy
    if (holds()) last = time;
  }

  return {
    look,
    lapsed() {
      look();
      const since = (lapsed ?? last) - LOOK_MS;
      lapsed = undefined;
      return since;
    },
  };
}
