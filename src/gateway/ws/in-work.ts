import type { HoldReading } from "./reading.ts";

/** Makes the function that counts something as in work until the function that it gives is called; while `most` are, nothing is read. */
export function inWorkOf(hold: HoldReading, most: number): () => () => void {
  let count = 0;
  let letGo: (() => void) | undefined;
  return () => {
    if (++count === most) letGo = hold();
    let isInWork = true;
    return () => {
      if (isInWork && count-- === most) letGo?.();
      isInWork = false;
    };
  };
}
