// When a session ends by itself.

export interface Lifetime {
  /** Sets the moment of the end, in milliseconds since the epoch, however far away it is. */
  until(end: number): void;
  /** Forgets it; there will be no end. */
  stop(): void;
}

/** The longest time that a timer of Node takes; a longer one would be over at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** Makes a lifetime without an end; `onEnd` is called once the end that is set has come. */
export function lifetime(onEnd: () => void): Lifetime {
  let timer: NodeJS.Timeout | undefined;

  function until(end: number): void {
    clearTimeout(timer);
    const left = Math.min(Math.max(end - Date.now(), 0), LONGEST_MS);
    timer = setTimeout(() => (Date.now() < end ? until(end) : onEnd()), left);
    timer.unref();
  }

  return { until, stop: () => clearTimeout(timer) };
}
