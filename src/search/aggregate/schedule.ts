/**
 * Does some work after a first span and then each `interval` after its end, both in milliseconds, until `signal` ends
 * it. The work must not reject; the timers keep no process alive.
 */
export function every(
  interval: number,
  firstAfter: number,
  work: () => Promise<void>,
  signal: AbortSignal,
): void {
  let timer: NodeJS.Timeout | undefined;
  const wait = (span: number): void => {
    if (signal.aborted) return;
    timer = setTimeout(() => void work().then(() => wait(interval)), span);
    timer.unref();
  };
  signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  wait(firstAfter);
}
