// Waiting for what a campaign expects, on a machine that others use as well.

import { setTimeout as sleep } from "node:timers/promises";

const WITHIN_MS = 30_000;

/** Resolves once it is so; rejects where that takes too long. */
export async function until(isSo: () => boolean | Promise<boolean>, everyMs: number): Promise<void> {
  for (const deadline = Date.now() + WITHIN_MS; !(await isSo()); await sleep(everyMs))
    if (Date.now() > deadline) throw new Error(`It took more than ${WITHIN_MS} ms.`);
}
