// Threads that stand back for the one that answers everybody.

import { setPriority } from "node:os";

const NICE = 5;

/**
 * Lets the thread that calls this go on with what the others of the process leave of the processor: about a quarter of a core where they want all.
 * Only Linux has priorities of threads; elsewhere nothing changes.
 */
export function standBack(): void {
  if (process.platform !== "linux") return;
  try {
    setPriority(0, NICE);
  } catch {
    // Where it may not, it goes on as it is.
  }
}
