// The next view, agreed upon by compare-and-set.

import { setTimeout as later } from "node:timers/promises";
import type { Bucket } from "./bucket.ts";
import { leaseKey, NO_EPOCH, printLease, type Records, UNKNOWN, VIEW } from "./records.ts";
import { parseView, printView, type View } from "./view.ts";

const RACE_PAUSE_MS = 20;

/**
 * Writes the view that `change` makes of the newest; again where another member was faster. `change` may be called several
 * times, and hands back `undefined` where there is nothing to do. Rejects where it is not known whether it was written.
 */
export async function proposeView(
  bucket: Bucket,
  records: Records,
  change: (view: View | undefined) => View | undefined,
): Promise<void> {
  for (;;) {
    const known = records.view?.epoch ?? 0; // as it is before the read: what is seen meanwhile may be newer than what was read
    const found = await bucket.read(VIEW);
    const view = found?.value === undefined ? undefined : parseView(found.value);
    const next = change(view);
    if (!next) return;
    // Whoever was a member by records that are lost may still hold a lease.
    if (!view || view.epoch < known) await holdForUnknown(bucket);
    if ((await bucket.write(VIEW, printView(next), found?.sequence ?? 0)) !== undefined) return;
    await later(Math.random() * RACE_PAUSE_MS);
  }
}

async function holdForUnknown(bucket: Bucket): Promise<void> {
  const found = await bucket.read(leaseKey(UNKNOWN));
  if (found?.value !== undefined) return;
  await bucket.write(leaseKey(UNKNOWN), printLease(NO_EPOCH, 0), found?.sequence ?? 0);
}
