// How the server stops: in order, and in bounded time, whatever hangs.

/** One step of stopping, by a name that tells an operator what it is about. */
export type StopStep = readonly [name: string, stop: () => unknown];

/** What became of a step that did not end well. */
export interface Trouble {
  readonly step: string;
  /** What it failed with; absent where it did not end in time. */
  readonly error?: unknown;
}

/** What a step is given at least, in milliseconds, once others have used up the time: enough to close what can be closed. */
const LEAST_MS = 1_000;

/**
 * Stops one thing after another. All together get so many milliseconds; a step that takes longer is left alone, and those after it
 * still get a second each, so that nothing that hangs keeps the journal from being closed. Resolves with what went wrong.
 */
export async function stopInOrder(steps: readonly StopStep[], withinMs: number): Promise<readonly Trouble[]> {
  const deadline = performance.now() + withinMs;
  const troubles: Trouble[] = [];
  for (const [step, stop] of steps) {
    try {
      const left = Math.max(LEAST_MS, deadline - performance.now());
      if (!(await endsWithin(left, stop))) troubles.push({ step });
    } catch (error) {
      troubles.push({ step, error });
    }
  }
  return troubles;
}

async function endsWithin(ms: number, stop: () => unknown): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), ms);
  try {
    const stopped = Promise.resolve().then(stop);
    stopped.catch(() => undefined); // what fails after its time is over is for nobody
    return await Promise.race([stopped.then(() => true), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
